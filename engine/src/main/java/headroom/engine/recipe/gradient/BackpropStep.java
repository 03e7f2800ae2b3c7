package headroom.engine.recipe.gradient;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LossKernels;
import headroom.engine.recipe.Objective;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.optimizer.Optimizer;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.stack.StackDriver;
import java.util.List;

/** Exact gradients: forward on a tape, backward into the optimizer, once per micro-batch; then the penalties, and the boundary. */
public record BackpropStep(Compute compute, Objective objective, StackDriver driver, Keeper keeper, Optimizer optimizer, List<Penalty> penalties, long seed)
        implements GradientStep {
    @Override
    public Outcome run(long step, Trainables trainables, List<DeviceBatch> microBatches) {
        optimizer.begin(step, trainables);
        if (optimizer.wantsNormFirst()) {
            optimizer.measuring(true);
            pass(step, trainables, microBatches);
            optimizer.measuring(false);
        }
        double loss = pass(step, trainables, microBatches);
        penalties.forEach(p -> p.give(compute, trainables, optimizer));
        return new Outcome(loss, optimizer.boundary());
    }

    /** Forward and backward of every micro-batch; returns the loss. The same step has the same random numbers however often it is run. */
    private double pass(long step, Trainables trainables, List<DeviceBatch> microBatches) {
        double loss = 0;
        for (int i = 0; i < microBatches.size(); i++) {
            DeviceBatch batch = microBatches.get(i);
            optimizer.microBatch(i == microBatches.size() - 1);
            try (Tape tape = new Tape(compute, trainables, keeper, optimizer)) {
                // each micro-batch has its own random numbers
                Value losses = objective.losses(Pass.taped(compute, tape, seed, step * microBatches.size() + i), driver, batch);
                loss += weighted(compute, losses.tensor(), batch.coefficients());
                losses.release();
                tape.backward(losses, batch.coefficients().retain());
            }
        }
        return loss;
    }

    /** Σ coefficient × loss. */
    static double weighted(Compute c, Tensor losses, Tensor coefficients) {
        try (Tensor product = c.call(ElementwiseKernels.MUL, losses, coefficients); Tensor sum = c.call(LossKernels.SUM, product)) {
            return c.item(sum);
        }
    }
}
