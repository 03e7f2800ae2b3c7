package headroom.engine.workbench;

import headroom.engine.compute.Compute;
import headroom.engine.compute.TorchCompute;
import headroom.engine.exchange.FormatException;
import headroom.engine.exchange.TensorFile;
import headroom.engine.exchange.TensorFiles;
import headroom.engine.memory.ArenaPlan;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.SpareMemory;
import headroom.engine.plan.Occasions;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Evaluation;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.TensorMemory;
import headroom.engine.recipe.data.Selecting;
import headroom.engine.store.RunState;
import headroom.engine.train.Checkpoint;
import headroom.engine.train.Control;
import headroom.engine.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;

/** A run in this process: one engine thread that owns the machine, the model and the trainer from loading to the end. */
final class LiveRun {
    private RunJob job;
    private final RunRecord record;
    private final Control control = new Control();
    private final boolean cuda;
    private final Path checkpoints;
    private final Optional<Path> from;
    private final BiFunction<RunJob, Set<Long>, RunJob> keeping;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param from checkpoint to go on from
     * @param keeping makes the job of some rows
     */
    LiveRun(RunJob job, RunRecord record, boolean cuda, Path checkpoints, Optional<Path> from, BiFunction<RunJob, Set<Long>, RunJob> keeping) {
        this.job = job;
        this.record = record;
        this.cuda = cuda;
        this.checkpoints = checkpoints;
        this.from = from;
        this.keeping = keeping;
        this.thread = new Thread(this::live, "engine of run " + record.run());
    }

    void begin() {
        thread.start();
    }

    RunRecord record() {
        return record;
    }

    boolean over() {
        return ended.getCount() == 0;
    }

    void await() throws InterruptedException {
        ended.await();
    }

    void command(RunCommand command) {
        switch (command) {
            case PAUSE -> control.pause();
            case RESUME -> control.resume();
            case CHECKPOINT -> control.checkpoint();
            case STOP -> control.stop();
        }
    }

    private void live() {
        final Ledger ledger = new Ledger();
        try {
            if (from.isEmpty()) {
                record.nameBadRows();
            }
            record.loading();
            try (Compute compute = cuda ? TorchCompute.cuda(ledger) : TorchCompute.cpu(ledger)) {
                WarmUp.run(compute, job.prepared());
                ledger.resetPeak();
                ledger.setBudget(job.budgetBytes());
                train(compute);
            }
            SpareMemory.giveBack();
            if (ledger.openAccounts() != 0) {
                throw new IllegalStateException("the ledger holds " + ledger.openAccounts() + " accounts after the run was closed, the largest "
                        + ledger.largest(1));
            }
            record.end();
        } catch (Throwable failure) {
            // whatever ended the run is told as a card; the process goes on
            record.fail(failure);
        } finally {
            ended.countDown();
        }
    }

    private void train(Compute compute) throws IOException, InterruptedException {
        if (!rowsChosen(compute)) {
            record.ending(Trainer.End.STOPPED, List.of(), Optional.empty());
            return;
        }
        // placed before growth is counted: the heap that it takes is not the run's
        final Optional<ArenaPlan> arena = arena();
        try (Assembly assembly = assembly(compute, job.prepared().method().recipe(), job.steps())) {
            arena.ifPresent(plan -> compute.reserve(plan.within(job.budgetBytes() - plan.outside())));
            // host buffers that carried the weights are the collector's to free: as large as the model, they must not stand through the run
            System.gc();
            SpareMemory.giveBack();
            final Trainer trainer = new Trainer(assembly, job.source(),
                    new Trainer.Extent(job.steps(), job.evalEvery(), job.checkpointEvery(), checkpoints), control, record);
            if (from.isPresent()) {
                try (Checkpoint.Opened checkpoint = Checkpoint.open(from.get())) {
                    trainer.restore(checkpoint);
                }
            }
            record.entering(RunState.RUNNING, from.isPresent() ? "went on from a checkpoint" : "started");
            if (from.isEmpty()) {
                asItWasGiven(assembly);
            }
            final Trainer.End end = trainer.run();
            record.ending(end, assembly.decisions(), compute.arenaUse().map(ArenaReport::of));
        }
    }

    /** Lets the base model choose the rows where that is wanted and not done yet; false if it was stopped meanwhile. */
    private boolean rowsChosen(Compute compute) throws IOException {
        final Optional<RowSelection> open = job.selection().filter(selection -> selection.kept().isEmpty());
        if (open.isEmpty()) {
            return true;
        }
        final long begin = System.nanoTime();
        final Optional<Selecting.Picked> picked;
        try (Assembly base = assembly(compute, Selecting.base(job.prepared().method().recipe()), 1)) {
            picked = Selecting.of(base, open.get().choice(), open.get().rows(), job.request().seed(), control::isStopping);
        }
        if (picked.isEmpty()) {
            return false;
        }
        final Set<Long> rows = RowSelection.rows(job.data().dataset(), picked.get());
        RowSelection.write(checkpoints, rows, picked.get());
        job = keeping.apply(job, rows);
        record.selected(job, picked.get(), (System.nanoTime() - begin) * 1e-9);
        return true;
    }

    /** Places for the steps of the run, unless its recipe leaves them to the allocator. */
    private Optional<ArenaPlan> arena() {
        final Recipe recipe = job.prepared().method().recipe();
        if (recipe.memory() == TensorMemory.ALLOCATOR) {
            return Optional.empty();
        }
        final ArenaPlan plan = Rehearsal.arena(recipe, job.prepared().onShapes(), job.prepared().task(), job.request().seed(), job.steps(),
                Occasions.of(job.source(), recipe, job.steps()));
        record.placing(ArenaReport.of(plan));
        return Optional.of(plan);
    }

    /** How good the model is before the first step: what training is held against. */
    private void asItWasGiven(Assembly assembly) {
        final long begin = System.nanoTime();
        final Map<String, Double> metrics = Evaluation.of(assembly, job.source().heldOut(), control::isStopping);
        if (!metrics.isEmpty()) {
            record.evaluated(0, metrics, (System.nanoTime() - begin) * 1e-9);
        }
    }

    private Assembly assembly(Compute compute, Recipe recipe, int steps) throws IOException {
        final RunRequest request = job.request();
        if (request.fresh()) {
            record.watch(compute.ledger(), job.plan().layers());
            return new Assembly(compute, recipe, job.prepared().fresh(request.seed()), job.prepared().task(), request.seed(), steps);
        }
        final Path folder = job.prepared().model().folder().orElseThrow();
        try {
            // opened once before growth is counted: the Java heap that parsing takes stays resident afterwards and is not the run's
            TensorFiles.open(folder).close();
            System.gc();
            record.watch(compute.ledger(), job.plan().layers());
            return loaded(compute, folder, recipe, steps);
        } catch (FormatException e) {
            throw new WorkbenchException(Problem.of("The weights in " + folder + " cannot be read: " + e.getMessage(), "Nothing was trained.", e.advice()), e);
        }
    }

    private Assembly loaded(Compute compute, Path folder, Recipe recipe, int steps) throws IOException {
        try (TensorFile weights = TensorFiles.open(folder)) {
            return new Assembly(compute, recipe, job.prepared().from(weights), job.prepared().task(), job.request().seed(), steps);
        }
    }
}
