package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.adapter.LowRankAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** LoRA+ (Hayou et al., 2024): LoRA whose B matrices learn at κ times the rate of the A matrices. Memory is that of LoRA. */
@AutoService(Method.Provider.class)
public final class LoraPlus implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("lora-plus", "LoRA+", Method.Family.ADAPTERS, "LoRA with a higher rate for B than for A")
                .paper("LoRA+: Efficient Low Rank Adaptation of Large Models", "Hayou, ICML 2024", 2024)
                .with(settings())
                .trade("Gradients and optimizer state of all frozen weights, as LoRA.", "The frozen weights stay whole, and activations hardly shrink.")
                .trains((model, s) -> Sites.pairs(model, s.words("targets"), s.integer("rank")))
                .trial(Map.of("rank", "4", "alpha", "8", "rate", "5e-4"))
                .recipe(s -> Recipe.defaults().with(Lora.adapter(s))
                        .with(OptimizerChoice.adamW(2e-4).with(OptimizerChoice.AdamW.standard(0)).withGroup(LowRankAdapter.B_GROUP, OptimizerChoice.Group.atRate(s.number("ratio")))));
    }

    private static List<Setting> settings() {
        List<Setting> all = new ArrayList<>(Lora.SETTINGS);
        all.add(Setting.number("ratio", 16, 1, 1e4, "κ: rate of B over rate of A"));
        return all;
    }
}
