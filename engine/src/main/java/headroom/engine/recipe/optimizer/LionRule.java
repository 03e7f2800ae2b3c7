package headroom.engine.recipe.optimizer;

import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.recipe.OptimizerChoice;
import java.util.List;

/** Lion: w ← w(1−ηλ) − η·sign(β₁m + (1−β₁)g), and only then m ← β₂m + (1−β₂)g. */
record LionRule(OptimizerChoice.Lion choice) implements UpdateRule {
    @Override
    public void step(Update u) {
        u.apply(OptimizerKernels.LION, List.of(u.moment("m")), u.rate(), choice.beta1(), choice.beta2(), u.decay());
    }

    @Override
    public List<String> moments() {
        return List.of("m");
    }
}
