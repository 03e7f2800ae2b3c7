package headroom.engine.recipe.optimizer;

import headroom.engine.compute.kernel.OptimizerKernels;
import java.util.List;

/** w ← w(1−ηλ) − η·sign(g). */
record SignSgdRule() implements UpdateRule {
    @Override
    public void step(Update u) {
        u.apply(OptimizerKernels.SIGN_SGD, List.of(), u.rate(), u.decay());
    }
}
