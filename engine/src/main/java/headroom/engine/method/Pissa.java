package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.Map;

/**
 * PiSSA (Meng et al., 2024): LoRA that starts in the leading singular part of each weight instead of at zero, over a base that keeps the rest. With {@code weights=nf4} the rest is
 * stored in 4 bits (QPiSSA): it is narrower than the weight, so the codes fit it better.
 */
@AutoService(Method.Provider.class)
public final class Pissa implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("pissa", "PiSSA", Method.Family.ADAPTERS, "LoRA that starts in the weights' leading singular part")
                .paper("PiSSA: Principal Singular Values and Singular Vectors Adaptation of Large Language Models", "Meng, NeurIPS 2024", 2024)
                .with(Lora.settings(16, 16, "the pair's scale is alpha / rank"))
                .trade("Gradients and optimizer state of all frozen weights, as LoRA; with a 4-bit base most of the weights too.",
                        "A singular value decomposition of every target when the model is loaded.")
                .trains((model, s) -> Sites.pairs(model, s.words("targets"), s.integer("rank")))
                .trial(Map.of("rank", "4", "alpha", "4"))
                .recipe(Pissa::recipe);
    }

    private static Recipe recipe(Settings s) {
        return Recipe.defaults().with(Lora.adapter(s).with(AdapterChoice.Start.PISSA)).with(OptimizerChoice.adamW(2e-4).with(OptimizerChoice.AdamW.standard(0)));
    }
}
