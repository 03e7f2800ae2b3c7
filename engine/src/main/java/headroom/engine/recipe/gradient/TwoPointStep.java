package headroom.engine.recipe.gradient;

import headroom.engine.compute.Compute;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.Objective;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.optimizer.Direction;
import headroom.engine.recipe.optimizer.Optimizer;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.stack.StackDriver;
import java.util.List;

/**
 * MeZO: g = (L(θ+εz) − L(θ−εz)) / 2ε along a keyed direction z, then θ ← θ − η·g·z. No tape, no gradient, no stored direction; the losses of all micro-batches are
 * summed before g is formed.
 */
public record TwoPointStep(Compute compute, Objective objective, GradientChoice.TwoPointEstimate choice, Optimizer optimizer, long seed) implements GradientStep {
    @Override
    public Outcome run(long step, Trainables trainables, List<DeviceBatch> microBatches) {
        optimizer.begin(step, trainables);
        double[] scalars = new double[choice.directions()];
        double loss = 0;
        for (int d = 0; d < scalars.length; d++) {
            Direction z = new Direction(seed, step, d);
            double plus;
            double minus;
            if (choice.inPlace()) {
                shift(trainables, z, choice.epsilon());
                plus = loss(Pass.untaped(compute), microBatches);
                shift(trainables, z, -2 * choice.epsilon());
                minus = loss(Pass.untaped(compute), microBatches);
                shift(trainables, z, choice.epsilon());
            } else {
                plus = loss(Pass.untaped(compute).through(z.seen(trainables, choice.epsilon())), microBatches);
                minus = loss(Pass.untaped(compute).through(z.seen(trainables, -choice.epsilon())), microBatches);
            }
            scalars[d] = (plus - minus) / (2 * choice.epsilon());
            loss += plus / scalars.length;
        }
        for (int d = 0; d < scalars.length; d++) {
            // a loss that is not finite steps nowhere: the trainer sees it and stops with the weights as they were
            if (Double.isFinite(scalars[d]) || compute.isDry()) {
                optimizer.move(new Direction(seed, step, d), scalars[d] / scalars.length);
            }
        }
        return new Outcome(loss, Double.NaN);
    }

    private void shift(Trainables trainables, Direction z, double c) {
        for (Parameter p : trainables.parameters()) {
            compute.ledger().during("perturb", p.path());
            z.addTo(compute, p, trainables.supportOf(p), c);
        }
    }

    private double loss(Pass pass, List<DeviceBatch> microBatches) {
        double sum = 0;
        for (DeviceBatch b : microBatches) {
            Value losses = objective.losses(pass, StackDriver.PLAIN, b);
            sum += BackpropStep.weighted(compute, losses.tensor(), b.coefficients());
            losses.release();
        }
        return sum;
    }
}
