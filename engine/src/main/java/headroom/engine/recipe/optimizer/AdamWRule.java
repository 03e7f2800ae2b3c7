package headroom.engine.recipe.optimizer;

import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.recipe.OptimizerChoice;
import java.util.List;

/** AdamW: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w(1−ηλ) − η·m̂/(√v̂ + ε), corrected by the parameter's own clock, or by that of each entry. */
record AdamWRule(OptimizerChoice.AdamW choice) implements UpdateRule {
    @Override
    public void step(Update u) {
        if (choice.entryClocks()) {
            // steps of an entry, which move and start again with it
            Slot age = new Slot.Dense(u.state().exact("age", u.shape()));
            u.apply(OptimizerKernels.ADAMW_AGED, List.of(u.moment("m"), u.moment("v"), age), u.rate(), choice.beta1(), choice.beta2(), choice.epsilon(), u.decay(),
                    choice.epsilonBeforeCorrection());
            return;
        }
        double c1 = 1 - Math.pow(choice.beta1(), u.clock());
        double c2 = 1 - Math.pow(choice.beta2(), u.clock());
        double eps = choice.epsilonBeforeCorrection() ? choice.epsilon() / Math.sqrt(c2) : choice.epsilon();
        if (u.rounded() != null) {
            u.codec().applyRounded(OptimizerKernels.ADAMW_ROUNDED, u.rounded(), u.weight(), u.gradient(), List.of(u.moment("m"), u.moment("v")), u.rate(), choice.beta1(), choice.beta2(), eps, u.decay(), c1, c2);
            return;
        }
        u.apply(OptimizerKernels.ADAMW, List.of(u.moment("m"), u.moment("v")), u.rate(), choice.beta1(), choice.beta2(), eps, u.decay(), c1, c2);
    }

    @Override
    public boolean rounds() {
        return !choice.entryClocks();
    }

    @Override
    public List<String> moments() {
        return List.of("m", "v");
    }
}
