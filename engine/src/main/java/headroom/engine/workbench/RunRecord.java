package headroom.engine.workbench;

import headroom.engine.memory.Ledger;
import headroom.engine.recipe.Decision;
import headroom.engine.recipe.Notes;
import headroom.engine.recipe.data.Selecting;
import headroom.engine.store.ExperimentStore;
import headroom.engine.store.Measured;
import headroom.engine.store.RunState;
import headroom.engine.store.StoredCheckpoint;
import headroom.engine.store.StoredEvaluation;
import headroom.engine.store.StoredEvent;
import headroom.engine.store.StoredMemory;
import headroom.engine.store.StoredStep;
import headroom.engine.train.Checkpoint;
import headroom.engine.train.RunListener;
import headroom.engine.train.Trainer;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a live run did so far: written by the engine thread as it happens, to the store first and then to here, and read by any thread as snapshots.
 */
final class RunRecord implements RunListener {
    private static final Logger LOG = LoggerFactory.getLogger(RunRecord.class);
    private static final double NOTE_MEASURES_EVERY_SECONDS = 2;
    private static final int EVENTS_SHOWN = 200;
    private static final int BAD_ROWS_NAMED = 50;

    private final String run;
    private final ExperimentStore store;
    private final Replan replan;
    private final BiFunction<RunJob, String, List<Advice>> remedies;
    private final ProcessMemory process = new ProcessMemory();
    private final StepHistory.Recorder history = new StepHistory.Recorder();
    private final List<headroom.engine.workbench.Evaluation> evals = new ArrayList<>();
    private final ArrayDeque<RunEvent> events = new ArrayDeque<>();
    private final RunClock clock;

    private volatile RunJob job;
    private volatile MemoryRecorder memory;
    private volatile headroom.engine.workbench.RunState state = headroom.engine.workbench.RunState.PLANNED;
    private volatile long revision;
    private Ledger ledger;
    private int step;
    private long tokens;
    private double tokensPerSecond;
    private double stepSeconds;
    private double notedAt;
    private long peakBytes;
    private CategoryBytes byCategoryAtPeak = CategoryBytes.ZERO;
    private RunPlan plan;
    private Optional<CheckpointEntry> lastCheckpoint = Optional.empty();
    private Optional<FailureCard> failure = Optional.empty();
    private Trainer.End end;
    private Optional<ArenaReport> arena = Optional.empty();

    /**
     * @param earlier what was stored before a resume, up to its checkpoint; empty for a new run
     * @param replan plans again for what was really done
     * @param remedies changes that a run over its budget can go on with
     */
    RunRecord(String run, RunJob job, ExperimentStore store, Optional<RunDetails> earlier, Replan replan,
            BiFunction<RunJob, String, List<Advice>> remedies) {
        this.run = run;
        this.job = job;
        this.store = store;
        this.replan = replan;
        this.remedies = remedies;
        this.plan = job.plan();
        earlier.ifPresent(this::takeUp);
        this.clock = new RunClock(earlier.map(before -> before.history().size() == 0 ? 0 : before.history().seconds(before.history().size() - 1)).orElse(0.0));
    }

    private void takeUp(RunDetails before) {
        final StepHistory old = before.history();
        for (int i = 0; i < old.size(); i++) {
            history.add(old.step(i), old.seconds(i), old.tokens(i), old.epoch(i), old.loss(i), old.learningRate(i), old.gradientNorm(i),
                    old.tokensPerSecond(i), old.peakBytes(i));
            step = old.step(i);
            tokens = old.tokens(i);
        }
        evals.addAll(before.evals());
        events.addAll(before.events());
        peakBytes = before.summary().peakBytes();
        byCategoryAtPeak = before.summary().byCategoryAtPeak();
        lastCheckpoint = before.checkpoints().stream().findFirst();
        state = headroom.engine.workbench.RunState.LOADING;
    }

    String run() {
        return run;
    }

    /** The machine is open, told once: from here on the process's growth is the run's. */
    void watch(Ledger watched, List<String> layers) {
        if (memory != null) {
            return;
        }
        synchronized (this) {
            ledger = watched;
            memory = new MemoryRecorder(watched, layers);
        }
        watched.watch(memory);
        process.begin();
    }

    void entering(RunState next, String reason) {
        store.move(run, next, reason);
        if (next == RunState.RUNNING) {
            clock.go();
        }
        state = headroom.engine.workbench.RunState.valueOf(next.name());
        revision++;
    }

    /** The rows are chosen, and the job is what they make of it. */
    void selected(RunJob narrowed, Selecting.Picked picked, double seconds) {
        synchronized (this) {
            job = narrowed;
            plan = narrowed.plan();
        }
        store.amend(run, narrowed.asNewRun());
        tell(RunEvent.Level.INFO, "Rows chosen", RowSelection.words(narrowed.selection().orElseThrow().choice(), picked, seconds));
    }

    @Override
    public void started(long fromStep, long toStep) {
        tell(RunEvent.Level.INFO, fromStep == 0 ? "Started" : "Went on from step " + fromStep,
                "seed %d, %,d steps, plan %s".formatted(job.request().seed(), toStep, Sizes.text(job.plan().peak().bytes())));
        if (fromStep == 0) {
            Notes.of(job.prepared().method().recipe()).forEach(note -> tell(RunEvent.Level.INFO, "Worth knowing", note));
        }
    }

    /** Before anything is trained: which rows of the data cannot be used. */
    void nameBadRows() {
        final long bad = job.data().bad().count();
        job.data().bad().first().stream().limit(BAD_ROWS_NAMED).forEach(row -> tell(RunEvent.Level.WARNING, "Row left out", row.toString()));
        if (bad > 0) {
            tell(RunEvent.Level.WARNING, bad + (bad == 1 ? " row is left out" : " rows are left out"), String.join(", ", job.data().bad().byProblem().keySet()));
        }
    }

    /** Where what passes in the steps will lie. */
    void placing(ArenaReport planned) {
        tell(RunEvent.Level.INFO, "Arena", planned.words());
    }

    /** A resumed run entered this state when it was taken over. */
    void loading() {
        if (state != headroom.engine.workbench.RunState.LOADING) {
            entering(RunState.LOADING, "loading");
        }
    }

    @Override
    public void stepped(Step done) {
        final double seconds = clock.seconds();
        final StoredStep stored;
        synchronized (this) {
            step = Math.toIntExact(done.step());
            tokens += done.tokens();
            tokensPerSecond = done.tokens() / done.seconds();
            stepSeconds = done.seconds();
            notePeak();
            final double epoch = (double) step / job.source().batchesPerEpoch();
            stored = new StoredStep(run, step, done.loss(), tokens, seconds, epoch, done.rate(), done.gradientNorm(), tokensPerSecond, done.peakBytes());
            RunShelf.add(history, stored);
        }
        memory.stepped(step, done.gradientSquares());
        store.log(stored);
        if (step <= 2 || step == job.steps()) {
            noteMemory();
        }
        if (seconds - notedAt > NOTE_MEASURES_EVERY_SECONDS) {
            notedAt = seconds;
            store.measured(run, measured());
        }
        revision++;
    }

    private void notePeak() {
        final Ledger.Peak peak = ledger.peak();
        if (peak.bytes() > peakBytes) {
            peakBytes = peak.bytes();
            byCategoryAtPeak = PlanReading.bytes(peak.byCategory());
        }
    }

    private void noteMemory() {
        final List<MemoryInstant> instants = memory.lastStep();
        store.log(new StoredMemory(run, step, instants.stream().map(RunShelf::sample).toList(), List.of()));
    }

    @Override
    public void evaluated(long at, Map<String, Double> metrics, double seconds) {
        final headroom.engine.workbench.Evaluation evaluation;
        synchronized (this) {
            notePeak();
            evaluation = new headroom.engine.workbench.Evaluation(Math.toIntExact(at), clock.seconds(), tokens, (double) at / job.source().batchesPerEpoch(),
                    metrics, memory.evaluationPeak());
            evals.removeIf(older -> older.step() == evaluation.step());
            evals.add(evaluation);
        }
        store.log(new StoredEvaluation(run, evaluation.step(), tokens, evaluation.seconds(), evaluation.epoch(), metrics, evaluation.peakBytes()));
        tell(RunEvent.Level.INFO, "Evaluation at step " + at, Sizes.metrics(metrics) + ", peak " + Sizes.text(evaluation.peakBytes()));
        memory.between();
    }

    @Override
    public void checkpointed(long at, Checkpoint.Written written, double seconds) {
        boolean verified;
        try (Checkpoint.Opened _ = Checkpoint.open(written.folder())) {
            verified = true;
        } catch (IOException e) {
            verified = false;
            LOG.warn("checkpoint {} cannot be read back: {}", written.folder(), e.getMessage());
        }
        final StoredCheckpoint stored = new StoredCheckpoint(run, Math.toIntExact(at), written.folder(), written.bytes(), written.sha256(), verified, Instant.now());
        synchronized (this) {
            notePeak();
            lastCheckpoint = Optional.of(RunShelf.checkpoint(stored));
        }
        store.measured(run, measured());
        store.checkpoint(stored);
        tell(verified ? RunEvent.Level.INFO : RunEvent.Level.ERROR, "Checkpoint " + at + (verified ? " verified" : " cannot be read back"),
                "%s in %.1f s, hash %s…".formatted(Sizes.text(written.bytes()), seconds, written.sha256().substring(0, 8)));
        prune();
        memory.between();
    }

    /** The newest two stay, and the best. A folder that cannot be removed costs disk only. */
    private void prune() {
        final boolean classes = evals.stream().anyMatch(e -> e.metrics().containsKey("accuracy")) && !evals.getLast().metrics().containsKey("perplexity");
        for (final StoredCheckpoint old : store.prunableCheckpoints(run, classes ? "accuracy" : "loss", classes)) {
            store.forgetCheckpoint(run, old.step());
            try {
                Checkpoint.delete(old.folder());
            } catch (IOException e) {
                LOG.warn("old checkpoint {} could not be removed: {}", old.folder(), e.getMessage());
            }
        }
    }

    @Override
    public void paused(long at) {
        clock.stop();
        entering(RunState.PAUSED, "paused");
        tell(RunEvent.Level.INFO, "Paused", "at step " + at);
    }

    @Override
    public void resumed(long at) {
        entering(RunState.RUNNING, "resumed");
        tell(RunEvent.Level.INFO, "Resumed", "at step " + at);
    }

    /** Plans a run again for the steps that were taken and the sizes that it found. */
    @FunctionalInterface
    interface Replan {
        RunPlan of(RunJob job, int steps, List<Decision> decided);
    }

    /**
     * The trainer came back; the ledger is still open.
     *
     * @param decided sizes that depended on weights or data
     * @param used how the arena was used, or empty
     */
    void ending(Trainer.End how, List<Decision> decided, Optional<ArenaReport> used) {
        clock.stop();
        used.ifPresent(report -> tell(RunEvent.Level.INFO, "Arena used", report.words()));
        synchronized (this) {
            notePeak();
            end = how;
            arena = used;
        }
        final boolean early = how == Trainer.End.STOPPED && step < job.steps();
        if (step > 0 && (early || decided.stream().anyMatch(Decision::isMeasured))) {
            // held against what was really done: batches that never came are no part of it, and sizes are those that the run found
            final RunPlan done = replan.of(job, step, decided);
            synchronized (this) {
                plan = done;
            }
            store.amend(run, job.withPlan(done).asNewRun());
        }
        store.measured(run, measured());
    }

    /** Everything is closed: the run has ended as the trainer said. */
    void end() {
        final boolean finished = end == Trainer.End.FINISHED;
        tell(RunEvent.Level.INFO, finished ? "Finished" : "Stopped", "at step " + step);
        entering(finished ? RunState.FINISHED : RunState.STOPPED, finished ? "finished" : "stopped");
    }

    void fail(Throwable cause) {
        LOG.debug("run {} failed", run, cause);
        clock.stop();
        final OptionalInt checkpoint = lastCheckpoint.map(c -> OptionalInt.of(c.step())).orElse(OptionalInt.empty());
        // what the recorder saw last is what was held when the booking was refused; by now everything is closed
        final CategoryBytes held = memory == null ? CategoryBytes.ZERO : memory.now().bytes();
        List<Advice> possible = List.of();
        if (cause instanceof headroom.engine.memory.BudgetExceededException) {
            possible = remedies.apply(job, run);
        }
        final FailureCard card = Failures.card(cause, run, step, checkpoint, held, possible);
        synchronized (this) {
            failure = Optional.of(card);
        }
        try {
            tell(RunEvent.Level.ERROR, card.title(), card.problem().what());
            store.measured(run, measured());
            store.fail(run, card.problem().what(), Optional.of(StoredText.write(card)));
        } catch (RuntimeException e) {
            // the store itself is what failed: the card is still shown
            LOG.error("the failure of run {} could not be stored: {}", run, e.getMessage());
        }
        state = headroom.engine.workbench.RunState.FAILED;
        revision++;
    }

    private synchronized Measured measured() {
        final double seconds = clock.seconds();
        return new Measured(peakBytes, StoredText.write(new StoredText.Took(byCategoryAtPeak, plan.decisions(), arena)), process.growthBytes(), seconds,
                seconds > 0 ? tokens / seconds : 0);
    }

    private void tell(RunEvent.Level level, String title, String detail) {
        final RunEvent event = new RunEvent(Instant.now(), step, level, title, detail);
        synchronized (this) {
            events.addFirst(event);
            while (events.size() > EVENTS_SHOWN) {
                events.removeLast();
            }
        }
        store.log(new StoredEvent(run, event.at(), step, StoredEvent.Level.valueOf(level.name()), title, detail));
        revision++;
    }

    synchronized RunSnapshot snapshot() {
        final int perEpoch = job.source().batchesPerEpoch();
        final double elapsed = clock.seconds();
        final int taken = history.soFar().size();
        final double left = taken < 2 ? Double.NaN : (job.steps() - step) * elapsed / step;
        final MemoryInstant now = memory == null ? new MemoryInstant(0, 0, step, "load", "start", "", CategoryBytes.ZERO, 0) : memory.now();
        final RunSnapshot.Memory held = new RunSnapshot.Memory(now, peakBytes, byCategoryAtPeak, plan.peak().bytes(), PlanReading.bytes(plan.peak().byCategory()),
                job.budgetBytes(), 0, process.growthBytes(), memory == null ? List.of() : memory.recent());
        return new RunSnapshot(run, job.title(), revision, state, Optional.empty(), step, job.steps(), (double) step / perEpoch, (double) job.steps() / perEpoch,
                tokens, step == 0 ? 0 : tokens * job.steps() / step, history.soFar(), evals, held, memory == null ? List.of() : memory.lastLayers(), tokensPerSecond,
                stepSeconds, elapsed, left, List.copyOf(events), lastCheckpoint, failure);
    }
}
