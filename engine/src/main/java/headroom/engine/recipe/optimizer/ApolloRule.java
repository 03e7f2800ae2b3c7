package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.recipe.OptimizerChoice;
import java.util.List;

/**
 * APOLLO: Adam looks at a sketch R of the gradient only, and each channel (or the whole tensor) of the raw gradient is scaled by s = ‖m/(√v + ε)‖ / (‖R‖ + 1e-8). The norm of the
 * scaled gradient may grow by a bounded factor from step to step. w ← w − η·(√c₂/c₁)·√α·s·g, c the bias corrections: they stay outside the bound, as published.
 */
record ApolloRule(OptimizerChoice.ApolloScaling choice, UpdateRule adam, Basis.Source bases) implements UpdateRule {
    @Override
    public void step(Update u) {
        if (!bases.appliesTo(u.parameter())) {
            adam.step(u);
            return;
        }
        Compute c = u.compute();
        double correction = Math.sqrt(1 - Math.pow(choice.adam().beta2(), u.clock())) / (1 - Math.pow(choice.adam().beta1(), u.clock()));
        try (Basis basis = bases.at(u, adam); Tensor r = basis.sketch(c, u.gradient()); Tensor step = ProjectedRule.stepped(u, adam, r)) {
            // the step of Adam is corrected already: the correction is taken back here and put on below
            c.apply(OptimizerKernels.APOLLO_SCALE_INTO, u.gradient(), r, step, u.state().exact("norm", Shape.of(1)), basis.left(), choice.whole(), 1 / correction, choice.growth(),
                    Math.sqrt(bases.scale()));
            c.apply(OptimizerKernels.SGD, u.weight(), u.gradient(), u.rate() * correction, u.decay() / correction);
        }
    }

    @Override
    public List<String> moments() {
        return adam.moments();
    }
}
