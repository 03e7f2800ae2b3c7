package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.State;
import headroom.engine.tape.Parameter;
import java.util.Collection;

/** w ← w − η·(g + λ·w). Without state, so there is nothing to save or drop. */
final class SgdRule implements UpdateRule {
    private final Compute compute;
    private final OptimizerChoice.Sgd choice;

    SgdRule(Compute compute, OptimizerChoice.Sgd choice) {
        this.compute = compute;
        this.choice = choice;
    }

    private double decay(Parameter p) {
        return p.decays() ? choice.decay() : 0;
    }

    @Override
    public void step(Parameter p, Tensor g, double rate) {
        compute.apply(OptimizerKernels.SGD, p.data(), g, rate, decay(p));
    }

    @Override
    public void move(Parameter p, Direction direction, double scalar, double rate) {
        if (decay(p) > 0) {
            compute.apply(ElementwiseKernels.SCALE_INTO, p.data(), 1 - rate * decay(p));
        }
        direction.addTo(compute, p, -rate * scalar);
    }

    @Override
    public boolean holds(Parameter p) {
        return false;
    }

    @Override
    public void drop(Parameter p) {
        // no state
    }

    @Override
    public void save(State.Writer w) {
        // no state
    }

    @Override
    public void restore(State.Reader r, Collection<Parameter> parameters) {
        // no state
    }

    @Override
    public void close() {
        // no state
    }
}
