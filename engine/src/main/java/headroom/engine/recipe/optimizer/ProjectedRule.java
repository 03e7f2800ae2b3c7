package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.memory.Category;
import java.util.List;

/**
 * Any rule in a low-rank subspace (GaLore): the rule steps a point of zeros in the subspace along the sketch of the gradient, and where it arrives is added to the weight.
 * Decay acts on the weight after the step.
 */
record ProjectedRule(UpdateRule rule, Basis.Source bases) implements UpdateRule {
    @Override
    public void step(Update u) {
        if (!bases.appliesTo(u.parameter())) {
            rule.step(u);
            return;
        }
        Compute c = u.compute();
        try (Basis basis = bases.at(u, rule); Tensor r = basis.sketch(c, u.gradient()); Tensor point = stepped(u, rule, r)) {
            basis.addBack(c, u.weight(), point, u.rate() * bases.scale());
            if (u.decay() > 0) {
                c.apply(ElementwiseKernels.SCALE_INTO, u.weight(), 1 - u.rate() * u.decay());
            }
        }
    }

    /** Where a rule brings a point of zeros in one step of rate 1 along a sketch. */
    static Tensor stepped(Update u, UpdateRule rule, Tensor sketch) {
        Tensor point = u.compute().zeros(Category.WORKSPACE, u.parameter().path() + ".step", u.codec().plainType(u.parameter()), sketch.shape());
        rule.step(u.of(point, sketch, 1, 0));
        return point;
    }

    @Override
    public List<String> moments() {
        return rule.moments();
    }
}
