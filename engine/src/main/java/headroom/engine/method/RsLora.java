package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.Map;

/** rsLoRA (Kalajdzievski, 2023): LoRA whose pair is scaled by α/√r, so that a higher rank learns more and not less. Memory is that of LoRA. */
@AutoService(Method.Provider.class)
public final class RsLora implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("rslora", "rsLoRA", Method.Family.ADAPTERS, "LoRA scaled by the root of the rank")
                .paper("A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA", "Kalajdzievski, 2023", 2023)
                .with(Lora.settings(16, 8, "the pair's scale is alpha / √rank"))
                .trade("Gradients and optimizer state of all frozen weights, as LoRA.", "The frozen weights stay whole, and activations hardly shrink.")
                .trains((model, s) -> Sites.pairs(model, s.words("targets"), s.integer("rank")))
                .trial(Map.of("rank", "4", "alpha", "4"))
                .recipe(s -> Recipe.defaults().with(Lora.adapter(s).with(AdapterChoice.Scaling.ALPHA_BY_ROOT_RANK)).with(OptimizerChoice.adamW(1e-3)));
    }
}
