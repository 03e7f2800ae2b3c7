package headroom.engine.recipe.gradient;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.model.Model;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.Objective;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.optimizer.Direction;
import headroom.engine.recipe.optimizer.Optimizer;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.stack.StackDriver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * ElasticZO: what lies below a block moves along a keyed direction by the slope between two passes, what lies above gets exact gradients from a tape that only knows that part,
 * so the backward pass ends there and nothing below is kept. The exact part stays as it is until both passes are done.
 */
public record SplitStep(
        Compute compute, Objective objective, GradientChoice.SplitEstimate choice, StackDriver driver, Keeper keeper, Optimizer optimizer, long seed, Predicate<Parameter> isBelow)
        implements GradientStep {

    /** @throws IllegalArgumentException if one parameter is read on both sides of the split */
    public static SplitStep of(
            Compute compute, Objective objective, GradientChoice.SplitEstimate choice, Model model, StackDriver driver, Keeper keeper, Optimizer optimizer, long seed) {
        List<String> below = new ArrayList<>(model.blocks().subList(0, choice.block()));
        below.add("embeddings");
        return new SplitStep(compute, objective, choice, driver, keeper, optimizer, seed, p -> below.stream().anyMatch(b -> p.path().startsWith(b + ".")));
    }

    @Override
    public Outcome run(long step, Trainables trainables, List<DeviceBatch> microBatches) {
        optimizer.begin(step, trainables);
        Trainables low = part(trainables, isBelow);
        Trainables high = part(trainables, isBelow.negate());
        Direction z = new Direction(seed, step, 0);
        boolean clean = choice.feed() == GradientChoice.SplitEstimate.Feed.CLEAN;
        double plus = pass(step, low, high, z, choice.epsilon(), microBatches, clean ? 0 : 0.5, false);
        double minus = pass(step, low, high, z, -choice.epsilon(), microBatches, clean ? 0 : 0.5, !clean);
        double loss = clean ? pass(step, low, high, z, 0, microBatches, 1, true) : (plus + minus) / 2;
        double slope = (plus - minus) / (2 * choice.epsilon());
        // a loss that is not finite steps nothing below: the trainer sees it and stops
        if (Double.isFinite(slope) || compute.isDry()) {
            optimizer.move(z, choice.rate() * slope, low.parameters());
        }
        return new Outcome(loss, optimizer.boundary());
    }

    private static Trainables part(Trainables all, Predicate<Parameter> which) {
        Map<Parameter, Trainables.Trained> map = new LinkedHashMap<>();
        all.parameters().stream().filter(which).forEach(p -> map.put(p, all.of(p)));
        return Trainables.of(map, Set.of());
    }

    /**
     * One pass over all micro-batches with what is below seen at w + c·z.
     *
     * @param weight of its gradients in the exact part, 0 for a pass without a tape
     * @param last true if no pass with a gradient comes after it
     */
    private double pass(long step, Trainables low, Trainables high, Direction z, double c, List<DeviceBatch> microBatches, double weight, boolean last) {
        double loss = 0;
        for (int i = 0; i < microBatches.size(); i++) {
            DeviceBatch batch = microBatches.get(i);
            optimizer.microBatch(last && i == microBatches.size() - 1);
            try (Tape tape = new Tape(compute, high, keeper, optimizer)) {
                Pass pass = weight == 0 ? Pass.untaped(compute) : Pass.taped(compute, tape, seed, step * microBatches.size() + i);
                Value losses = objective.losses(c == 0 ? pass : pass.through(z.seen(low, c)), driver, batch);
                loss += BackpropStep.weighted(compute, losses.tensor(), batch.coefficients());
                losses.release();
                if (weight != 0) {
                    Tensor dy = weight == 1 ? batch.coefficients().retain() : compute.call(ElementwiseKernels.SCALE, batch.coefficients(), weight);
                    tape.backward(losses, dy);
                }
            }
        }
        return loss;
    }
}
