package headroom.engine.workbench;

import java.util.List;
import java.util.Optional;

/**
 * A run as it stands now. Immutable; the window takes the newest one per frame.
 *
 * @param revision grows with every change, so that an unchanged snapshot need not be drawn again
 * @param loading while state is LOADING: how far it is
 * @param step optimizer steps done
 * @param steps of the whole run
 * @param epoch passes over the data done, with fraction
 * @param tokens trained on, of {@code tokensTotal}
 * @param history the curves so far
 * @param memory now and at the peak, with the plan beside it
 * @param layers of the newest step, in model order
 * @param tokensPerSecond over the last steps
 * @param stepSeconds of the last step
 * @param elapsedSeconds of training, pauses not counted
 * @param leftSeconds expected; NaN before it can be told
 * @param events newest first
 * @param failure present when state is FAILED
 */
public record RunSnapshot(
        String run, String title, long revision, RunState state, Optional<Progress.At> loading, int step, int steps,
        double epoch, double epochs, long tokens, long tokensTotal, StepHistory history, List<Evaluation> evals, Memory memory,
        List<LayerInstant> layers, double tokensPerSecond, double stepSeconds, double elapsedSeconds, double leftSeconds,
        List<RunEvent> events, Optional<CheckpointEntry> lastCheckpoint, Optional<FailureCard> failure) {

    public RunSnapshot {
        evals = List.copyOf(evals);
        layers = List.copyOf(layers);
        events = List.copyOf(events);
    }

    /**
     * Memory of a live run.
     *
     * @param now what the ledger holds at the instant of the snapshot; its owner says who is at work
     * @param peakBytes highest total of the ledger in the run so far
     * @param byCategoryAtPeak at that instant
     * @param plannedPeakBytes of the dry run
     * @param plannedByCategoryAtPeak of the dry run
     * @param budgetBytes the line that stops the run
     * @param outsideBytes measured: growth of the process that the ledger does not explain
     * @param processGrowthBytes growth of the process since before the model was loaded
     * @param recent every booking of the last seconds, oldest first, bounded in number
     */
    public record Memory(
            MemoryInstant now, long peakBytes, CategoryBytes byCategoryAtPeak, long plannedPeakBytes,
            CategoryBytes plannedByCategoryAtPeak, long budgetBytes, long outsideBytes, long processGrowthBytes,
            List<MemoryInstant> recent) {
        public Memory {
            recent = List.copyOf(recent);
        }

        /** Measured less planned, by category at the peak: zero everywhere when they are the same to the byte. */
        public CategoryBytes residual() {
            return byCategoryAtPeak.minus(plannedByCategoryAtPeak);
        }
    }
}
