package headroom.engine.workbench;

import headroom.engine.recipe.Recipe;
import headroom.engine.store.ExperimentStore;
import headroom.engine.store.StoredCheckpoint;
import headroom.engine.store.StoredRun;
import headroom.engine.train.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts, resumes and commands runs; one is live at a time, because two would share the memory that each was planned with. */
final class RunDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunDesk.class);

    private final Path home;
    private final ExperimentStore store;
    private final RunShelf shelf;
    private final RunJobs jobs;
    private final PlanDesk plans;
    private final BooleanSupplier cuda;
    private final Map<String, LiveRun> runs = new ConcurrentHashMap<>();

    RunDesk(Path home, ExperimentStore store, RunShelf shelf, RunJobs jobs, PlanDesk plans, BooleanSupplier cuda) {
        this.home = home;
        this.store = store;
        this.shelf = shelf;
        this.jobs = jobs;
        this.plans = plans;
        this.cuda = cuda;
    }

    synchronized String start(RunRequest request) {
        nothingLive();
        final RunJob job = jobs.job(request);
        final String run = RunShelf.told(() -> store.create(job.asNewRun())).id();
        begin(new LiveRun(job, record(run, job, Optional.empty()), cuda.getAsBoolean(), RunJob.checkpoints(home, run), Optional.empty(), jobs::keeping));
        return run;
    }

    synchronized String resume(String run, Optional<PlanRequest> changed) {
        nothingLive();
        final StoredRun stored = shelf.stored(run);
        final String id = stored.id();
        if (stored.state() == headroom.engine.store.RunState.FINISHED) {
            throw new WorkbenchException(Problem.of("Run " + id + " is finished: there is nothing left to do.", "Its result is untouched.",
                    "Start a run with more steps."));
        }
        final StoredText.Asked asked = RunShelf.asked(stored);
        final RunRequest request = changed.map(asked.request()::withPlan).orElse(asked.request());
        changed.ifPresent(plan -> onlyWhatMayChange(asked.request().plan(), plan, stored));
        final RunJob job = jobs.job(request.startAnyway(), RowSelection.recorded(RunJob.checkpoints(home, id)));
        if (!job.dataHash().equals(stored.asked().datasetHash())) {
            throw new WorkbenchException(Problem.of("The data of run " + id + " has changed since it began: " + job.data().dataset().file() + ".",
                    "The run and its checkpoints are untouched.", "Put the file back as it was, or start a new run."));
        }
        final Optional<StoredCheckpoint> from = newestWhole(id);
        final int step = from.map(StoredCheckpoint::step).orElse(0);
        RunShelf.told(() -> {
            store.resume(id, step, from.isPresent() ? "resumed from checkpoint " + step : "begun again");
            store.amend(id, job.asNewRun());
            return id;
        });
        final RunRecord record = record(id, job, Optional.of(shelf.show(id)));
        begin(new LiveRun(job, record, cuda.getAsBoolean(), RunJob.checkpoints(home, id), from.map(StoredCheckpoint::folder), jobs::keeping));
        return id;
    }

    /** Checkpoints are opened, newest first, until one is whole; damaged ones are passed over with a warning. */
    private Optional<StoredCheckpoint> newestWhole(String run) {
        for (final StoredCheckpoint checkpoint : RunShelf.told(() -> store.checkpoints(run))) {
            try (Checkpoint.Opened _ = Checkpoint.open(checkpoint.folder())) {
                return Optional.of(checkpoint);
            } catch (IOException e) {
                LOG.warn("passing over checkpoint {} of run {}: {}", checkpoint.step(), run, e.getMessage());
            }
        }
        return Optional.empty();
    }

    private static void onlyWhatMayChange(PlanRequest before, PlanRequest after, StoredRun stored) {
        final Recipe old = Recipe.fromJson(stored.asked().recipeJson());
        final Recipe now = MethodShelf.resolve(after, Integer.MAX_VALUE).recipe();
        // rows are chosen once, before the first step
        final boolean sameState = old.with(now.activations()).with(now.data().selecting(old.data().select())).equals(now);
        if (!before.model().equals(after.model()) || !before.data().equals(after.data()) || !sameState) {
            throw new WorkbenchException(Problem.of("This change would lose what run " + stored.id() + " has learned: its state does not fit the other recipe.",
                    "The run and its checkpoints are untouched.", "Change only batch, accumulation, length, checkpointing or the budget, or start a new run."));
        }
    }

    private RunRecord record(String run, RunJob job, Optional<RunDetails> earlier) {
        return new RunRecord(run, job, store, earlier,
                (done, steps, decided) -> RunPlan.of(done.prepared(), done.request().fresh(), done.request().seed(), done.source(), steps, done.steps(), decided,
                        done.selection().map(RowSelection::peak)), this::remedies);
    }

    /** Changes that a run can go on with, each planned for the worst batch. */
    private List<Advice> remedies(RunJob job, String run) {
        final StoredRun stored = shelf.stored(run);
        return plans.plan(job.request().plan().withBudget(job.budgetBytes()), Progress.SILENT).advice().stream().filter(advice -> {
            try {
                onlyWhatMayChange(job.request().plan(), advice.applied(), stored);
                return advice.helps();
            } catch (WorkbenchException _) {
                return false;
            }
        }).toList();
    }

    private void nothingLive() {
        live().ifPresent(run -> {
            throw new WorkbenchException(Problem.of("Run " + run + " is live, and a second one would share its memory.", "It goes on.",
                    "Wait until it has ended, or stop it first."));
        });
    }

    private void begin(LiveRun run) {
        runs.put(run.record().run(), run);
        run.begin();
    }

    Optional<String> live() {
        return runs.entrySet().stream().filter(entry -> !entry.getValue().over()).map(Map.Entry::getKey).findFirst();
    }

    void command(String run, RunCommand command) {
        final LiveRun live = known(run);
        if (live.over()) {
            throw new WorkbenchException(Problem.of("Run " + run + " has ended.", "Nothing was changed.", "headroom show " + run + " shows how."));
        }
        live.command(command);
    }

    RunSnapshot snapshot(String run) {
        return known(run).record().snapshot();
    }

    RunSnapshot await(String run) throws InterruptedException {
        final LiveRun live = known(run);
        live.await();
        return live.record().snapshot();
    }

    private LiveRun known(String run) {
        final LiveRun live = runs.get(run);
        if (live == null) {
            throw new WorkbenchException(Problem.of("Run " + run + " was not started here.", "Nothing was changed.", "headroom show " + run + " shows what is stored of it."));
        }
        return live;
    }

    /** Stops what is live, with a checkpoint, and waits for it. */
    @Override
    public void close() {
        for (final LiveRun run : runs.values()) {
            if (!run.over()) {
                run.command(RunCommand.STOP);
            }
            try {
                run.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
