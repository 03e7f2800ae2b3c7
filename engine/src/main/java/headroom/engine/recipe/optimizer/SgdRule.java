package headroom.engine.recipe.optimizer;

import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.recipe.OptimizerChoice;
import java.util.List;

/** Stochastic gradient descent, with momentum or without: b ← μb + g + λw, w ← w − ηb. The first b is g, undampened. */
record SgdRule(OptimizerChoice.Sgd choice) implements UpdateRule {
    @Override
    public void step(Update u) {
        if (choice.momentum() == 0) {
            u.apply(OptimizerKernels.SGD, List.of(), u.rate(), u.decay());
        } else {
            u.apply(OptimizerKernels.SGD_MOMENTUM, List.of(u.moment("b")), u.rate(), choice.momentum(), u.decay(), choice.nesterov());
        }
    }

    @Override
    public List<String> moments() {
        return choice.momentum() == 0 ? List.of() : List.of("b");
    }
}
