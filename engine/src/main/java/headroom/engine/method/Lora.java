package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Map;

/**
 * LoRA (Hu et al., 2021): the base is frozen, and each chosen linear gets a pair of low rank, y = Wx + (α/r)·BAx. Gradients and optimizer state exist for the pairs and
 * the task head only; activations stay about those of full fine-tuning.
 */
@AutoService(Method.Provider.class)
public final class Lora implements Method.Provider {
    static final List<Setting> SETTINGS = settings(16, 32, "the pair's scale is alpha / rank");

    /** The settings of a pair, with standards and the rule of its scale. */
    static List<Setting> settings(int rank, double alpha, String scale) {
        return List.of(Setting.integer("rank", rank, 1, 4096, "rank r of each pair"), Setting.number("alpha", alpha, 1e-3, 1e6, scale),
                Setting.number("dropout", 0, 0, 0.95, "share of the pair's input that is dropped in training"),
                Setting.words("targets", "all", "last names of the sites that get a pair, e.g. q,v; or all"));
    }

    @Override
    public Method method() {
        return Method.of("lora", "LoRA", Method.Family.ADAPTERS, "low-rank pairs beside frozen weights")
                .paper("LoRA: Low-Rank Adaptation of Large Language Models", "Hu, ICLR 2022", 2021)
                .with(SETTINGS)
                .trade("Gradients and optimizer state of all frozen weights.", "The frozen weights stay whole, and activations hardly shrink.")
                .trains((model, s) -> Sites.pairs(model, s.words("targets"), s.integer("rank")))
                .trial(Map.of("rank", "4", "alpha", "8"))
                .recipe(s -> Recipe.defaults().with(adapter(s)).with(OptimizerChoice.adamW(1e-3)));
    }

    static AdapterChoice.LowRank adapter(Settings s) {
        return new AdapterChoice.LowRank(s.integer("rank"), s.number("alpha"), s.number("dropout"), s.words("targets"));
    }
}
