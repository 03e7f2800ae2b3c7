package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.Map;

/** Lion (Chen et al., 2023): every coordinate moves by the rate, in the direction of the sign of an average; one moment. */
@AutoService(Method.Provider.class)
public final class Lion implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("lion", "Lion", Method.Family.OPTIMIZERS, "the sign of one average")
                .paper("Symbolic Discovery of Optimization Algorithms", "Chen, NeurIPS 2023", 2023)
                .with(Setting.number("beta1", 0.9, 0, 0.9999, "share of the average in the direction"), Setting.number("beta2", 0.99, 0, 0.9999, "share of the average that stays"))
                .trade("Half of Adam's state.", "Steps of one size for every coordinate: small batches are noisy, and the rate must be a third to a tenth of Adam's.")
                .trial(Map.of("rate", "1e-3"))
                .recipe(s -> Recipe.defaults().with(OptimizerChoice.adamW(2e-5).with(new OptimizerChoice.Lion(s.number("beta1"), s.number("beta2"), 0.03))));
    }
}
