package headroom.engine.recipe.gradient;

import headroom.engine.compute.Compute;
import headroom.engine.recipe.Objective;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.stack.StackDriver;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Forward and backward for someone who only looks: gradients of some parameters go to a sink, and nothing is stepped. */
public record MeasurePass(Compute compute, Objective objective, StackDriver driver, Keeper keeper, long seed) {
    /**
     * @param number of the pass, from 0; its random numbers are those of no training step
     * @param observed parameters whose gradients are wanted
     */
    public void run(long number, Set<Parameter> observed, GradientSink sink, List<DeviceBatch> microBatches) {
        Trainables none = Trainables.of(Map.of(), observed);
        for (int i = 0; i < microBatches.size(); i++) {
            DeviceBatch batch = microBatches.get(i);
            try (Tape tape = new Tape(compute, none, keeper, sink)) {
                Value losses = objective.losses(Pass.taped(compute, tape, seed, -1 - number * microBatches.size() - i), driver, batch);
                losses.release();
                tape.backward(losses, batch.coefficients().retain());
            }
        }
    }
}
