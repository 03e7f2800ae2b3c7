package headroom.engine.recipe.gradient;

import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.Trainables;
import java.util.List;

/** The gradient slot at work: turns the micro-batches of one step into what the optimizer accepts. */
public interface GradientStep {
    /**
     * What a step came to.
     *
     * @param loss sum of coefficient × loss over all units; NaN on a dry machine
     * @param gradientNorm before clipping; NaN where no gradient exists
     * @param jobs loss of each of several jobs that share the step, whose mean is the loss; empty if it is one job's
     */
    record Outcome(double loss, double gradientNorm, List<Double> jobs) {
        public Outcome(double loss, double gradientNorm) {
            this(loss, gradientNorm, List.of());
        }
    }

    /** Runs forward (and backward), and lets the optimizer step. */
    Outcome run(long step, Trainables trainables, List<DeviceBatch> microBatches);
}
