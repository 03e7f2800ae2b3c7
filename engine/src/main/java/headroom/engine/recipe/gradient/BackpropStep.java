package headroom.engine.recipe.gradient;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LossKernels;
import headroom.engine.recipe.Objective;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.optimizer.Optimizer;
import headroom.engine.tape.AdapterControls;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.stack.StackDriver;
import java.util.Arrays;
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
        double[] losses = pass(step, trainables, microBatches);
        penalties.forEach(p -> p.give(compute, trainables, optimizer));
        double norm = optimizer.boundary();
        double mean = Arrays.stream(losses).sum() / losses.length;
        return new Outcome(mean, norm, losses.length == 1 ? List.of() : Arrays.stream(losses).boxed().toList());
    }

    /** Forward and backward of every micro-batch; returns the loss of each job. The same step has the same random numbers however often it is run. */
    private double[] pass(long step, Trainables trainables, List<DeviceBatch> microBatches) {
        double[] sums = new double[1 + microBatches.stream().filter(b -> b.sets() != null).flatMap(b -> b.sets().parts().stream()).mapToInt(AdapterControls.RowSets.Part::set).max().orElse(0)];
        for (int i = 0; i < microBatches.size(); i++) {
            DeviceBatch batch = microBatches.get(i);
            optimizer.microBatch(i == microBatches.size() - 1);
            try (Tape tape = new Tape(compute, trainables, keeper, optimizer)) {
                // each micro-batch has its own random numbers
                Value losses = objective.losses(Pass.taped(compute, tape, seed, step * microBatches.size() + i), driver, batch);
                add(sums, losses.tensor(), batch);
                losses.release();
                tape.backward(losses, batch.coefficients().retain());
            }
        }
        return sums;
    }

    private void add(double[] sums, Tensor losses, DeviceBatch batch) {
        if (batch.sets() == null) {
            sums[0] += weighted(compute, losses, batch.coefficients());
            return;
        }
        for (AdapterControls.Segment s : batch.sets().over(losses.elements())) {
            try (Tensor rows = losses.rows(s.from(), s.to()); Tensor weights = batch.coefficients().rows(s.from(), s.to())) {
                sums[s.set()] += weighted(compute, rows, weights);
            }
        }
    }

    /** Σ coefficient × loss. */
    static double weighted(Compute c, Tensor losses, Tensor coefficients) {
        try (Tensor product = c.call(ElementwiseKernels.MUL, losses, coefficients); Tensor sum = c.call(LossKernels.SUM, product)) {
            return c.item(sum);
        }
    }
}
