package headroom.engine.train;

import headroom.engine.compute.Compute;
import headroom.engine.data.Batch;
import headroom.engine.data.BatchSource;
import headroom.engine.data.ClientRows;
import headroom.engine.data.Cursor;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.ChangedParameters;
import headroom.engine.recipe.Evaluation;
import headroom.engine.recipe.State;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.gradient.GradientStep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Trains: draws a batch, takes a step, and every so often evaluates and writes a checkpoint. Between two steps it obeys {@link Control}. One thread runs it and owns
 * everything it touches.
 *
 * <p>A run that goes on from a checkpoint repeats the losses of one that was never interrupted, bit for bit on a CPU: the order of the data, all random numbers and all
 * state are functions of what the checkpoint holds.
 */
public final class Trainer {
    /**
     * How far and how often.
     *
     * @param steps optimizer steps of the whole run
     * @param evalEvery steps between evaluations, 0 for the last step only
     * @param checkpointEvery steps between checkpoints, 0 for the last step only
     * @param checkpoints folder for checkpoint folders, or null for a run that keeps none
     */
    public record Extent(long steps, long evalEvery, long checkpointEvery, Path checkpoints) {}

    /** How a run ended. */
    public enum End {
        FINISHED, STOPPED
    }

    /** A loss that is not a number: the weights are those of before the step that made it, or unusable after it. */
    public static final class DivergedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DivergedException(long step, double loss) {
            super("the loss of step " + step + " is " + loss + ": training has diverged; go on from an earlier checkpoint with a lower rate (--set rate=…), or with compute=f32");
        }
    }

    private final Assembly assembly;
    private final Compute compute;
    private final BatchSource data;
    private final Extent extent;
    private final Control control;
    private final RunListener listener;
    private final ChangedParameters changed = new ChangedParameters();
    private long done;
    private boolean due;
    private long lastCheckpoint = -1;

    public Trainer(Assembly assembly, BatchSource data, Extent extent, Control control, RunListener listener) {
        this.assembly = assembly;
        this.compute = assembly.compute();
        this.data = data;
        this.extent = extent;
        this.control = control;
        this.listener = listener;
        if (data instanceof ClientRows clients) {
            assembly.weigh(clients.rows());
        }
    }

    /** Steps done so far. */
    public long done() {
        return done;
    }

    /** Takes up the state of a checkpoint before {@link #run}. */
    public void restore(State.Reader from) {
        assembly.restore(from);
        done = from.number("run.step");
        // an evaluation that waited for the end of a round still waits
        for (long d = done; !assembly.course().settled(d); d--) {
            due |= extent.evalEvery() > 0 && d % extent.evalEvery() == 0;
        }
        lastCheckpoint = done;
        data.seek(new Cursor(from.number("data.epoch"), (int) from.number("data.position")));
        // what was trained before may be frozen now and must still be in the next checkpoint
        changed.takeUp(from, assembly.parameters());
    }

    /**
     * Runs to the end, or until told to stop.
     *
     * @throws DivergedException if a loss is not finite
     * @throws IOException if a checkpoint could not be written; older ones are untouched
     */
    public End run() throws IOException, InterruptedException {
        listener.started(done, extent.steps());
        if (done == 0) {
            prepare();
        }
        while (done < extent.steps()) {
            if (!obey()) {
                return End.STOPPED;
            }
            step();
            boolean last = done == extent.steps();
            due |= last || extent.evalEvery() > 0 && done % extent.evalEvery() == 0;
            // a federation is judged by the server's model, not by the one that a client is at
            if (due && assembly.course().settled(done)) {
                evaluate();
                due = false;
            }
            if (last || extent.checkpointEvery() > 0 && done % extent.checkpointEvery() == 0) {
                checkpoint();
            }
        }
        return End.FINISHED;
    }

    /** Pauses, checkpoints or stops as ordered; false means stop. */
    private boolean obey() throws IOException, InterruptedException {
        boolean waited = control.isPaused() && !control.isStopping();
        if (waited) {
            listener.paused(done);
        }
        Control.Order order = control.next();
        while (order == Control.Order.CHECKPOINT) {
            checkpoint();
            order = control.next();
        }
        if (order == Control.Order.STOP) {
            checkpoint();
            return false;
        }
        if (waited) {
            listener.resumed(done);
        }
        return true;
    }

    /** What the run slot wants before the first step; the run itself begins with the same batches. */
    private void prepare() {
        int batches = assembly.course().preparing();
        for (int i = 0; i < batches; i++) {
            Batch batch = data.next();
            compute.enter(assembly.kind(-1 - i, batch.shape()));
            compute.ledger().during("batch", "");
            List<DeviceBatch> micro = BatchUpload.of(compute, batch, assembly.recipe().data().accumulate(), assembly.objective().perToken());
            try {
                assembly.prepare(i, micro);
            } finally {
                micro.forEach(DeviceBatch::close);
                compute.leave();
            }
        }
        if (batches > 0) {
            data.seek(Cursor.START);
        }
    }

    private void step() {
        long begin = System.nanoTime();
        if (assembly.course().restartsDataAt(done)) {
            data.seek(Cursor.START);
        }
        Batch batch = data.next();
        Ledger ledger = compute.ledger();
        ledger.during("batch", "");
        changed.note(compute, assembly.trainables(done));
        compute.enter(assembly.kind(done, batch.shape()));
        List<DeviceBatch> micro = BatchUpload.of(compute, batch, assembly.recipe().data().accumulate(), assembly.objective().perToken());
        GradientStep.Outcome outcome;
        try {
            outcome = assembly.step(done, micro);
        } finally {
            micro.forEach(DeviceBatch::close);
            compute.leave();
        }
        if (!Double.isFinite(outcome.loss())) {
            throw new DivergedException(done + 1, outcome.loss());
        }
        done++;
        listener.stepped(new RunListener.Step(done, outcome.loss(), assembly.optimizer().rate(), outcome.gradientNorm(), assembly.optimizer().squares(), batch.tokens(),
                (System.nanoTime() - begin) * 1e-9, ledger.peak().bytes(), batch.shape(), outcome.jobs()));
    }

    private void evaluate() {
        long begin = System.nanoTime();
        Map<String, Double> metrics = Evaluation.of(assembly, data.heldOut(), control::isStopping);
        if (!metrics.isEmpty()) {
            listener.evaluated(done, metrics, (System.nanoTime() - begin) * 1e-9);
        }
    }

    private void checkpoint() throws IOException {
        if (extent.checkpoints() == null || lastCheckpoint == done) {
            return;
        }
        long begin = System.nanoTime();
        Path folder = extent.checkpoints().resolve("step-%08d".formatted(done));
        // a folder of this step can only be left from a run that went on from an older checkpoint; the state is the same
        Checkpoint.delete(folder);
        Checkpoint.Written written = Checkpoint.write(compute, folder, w -> {
            assembly.save(w, changed);
            w.number("run.step", done);
            w.number("data.epoch", data.cursor().epoch());
            w.number("data.position", data.cursor().position());
        });
        lastCheckpoint = done;
        listener.checkpointed(done, written, (System.nanoTime() - begin) * 1e-9);
    }
}
