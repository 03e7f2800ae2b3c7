package headroom.engine.train;

import headroom.engine.data.Batch;
import java.util.List;
import java.util.Map;

/** Hears of everything that happens in a run, on its engine thread and in order. What must be durable is made so before the method returns. */
public interface RunListener {
    /**
     * Figures of a step that is done. Steps count from 1.
     *
     * @param gradientNorm before clipping; NaN where no gradient exists
     * @param gradientSquares squared norm by path of the parameter, before clipping; empty where no gradient exists
     * @param jobs loss of each of several jobs that share the step; empty if it is one job's
     */
    record Step(long step, double loss, double rate, double gradientNorm, Map<String, Double> gradientSquares, long tokens, double seconds, long peakBytes, Batch.Shape shape,
            List<Double> jobs) {}

    void started(long fromStep, long toStep);

    void stepped(Step step);

    /** @param metrics by name: loss, accuracy, perplexity */
    void evaluated(long step, Map<String, Double> metrics, double seconds);

    void checkpointed(long step, Checkpoint.Written written, double seconds);

    void paused(long step);

    void resumed(long step);
}
