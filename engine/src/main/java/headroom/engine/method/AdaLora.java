package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import java.util.Map;

/**
 * AdaLoRA (Zhang et al., 2023): every site starts with more directions than it will keep. While the run goes on a budget falls, and the directions that the loss leans on least,
 * over all sites, are switched off.
 */
@AutoService(Method.Provider.class)
public final class AdaLora implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("adalora", "AdaLoRA", Method.Family.ADAPTERS, "low-rank directions move to where they matter")
                .paper("AdaLoRA: Adaptive Budget Allocation for Parameter-Efficient Fine-Tuning", "Zhang, ICLR 2023", 2023)
                .with(Setting.integer("rank", 12, 1, 4096, "directions that each site starts with"), Setting.integer("target", 8, 1, 4096, "directions a site keeps, on average"),
                        Setting.number("alpha", 8, 1e-3, 1e6, "the scale is alpha / rank"),
                        Setting.number("dropout", 0, 0, 0.95, "share of the branch's input that is dropped in training"),
                        Setting.number("orthogonality", 0.5, 0, 1e3, "factor of the penalty that holds directions apart; 0 for none"),
                        Setting.number("first", 0.1, 0, 1, "share of the run before directions are switched off"),
                        Setting.number("last", 0.3, 0, 1, "share of the run in which the final choice stands"),
                        Setting.integer("every", 10, 1, 1_000_000, "steps between choices"),
                        Setting.number("smoothing", 0.85, 0, 0.9999, "β of the running sensitivity and of its spread"),
                        Setting.words("targets", "all", "last names of the sites that are adapted, e.g. q,v; or all"))
                .trade("Gradients and optimizer state of all frozen weights; in the end the parameters are where they help most.",
                        "Memory of the rank at the start, two more numbers for every added parameter; the number of steps must be known.")
                .trains((model, s) -> Sites.pairs(model, s.words("targets"), s.integer("rank")) + (long) model.layers() * Sites.ofBlock(model, s.words("targets")).size() * s.integer("rank"))
                .trial(Map.of("rank", "6", "target", "4", "alpha", "24", "every", "2", "rate", "2e-2"))
                .recipe(AdaLora::recipe);
    }

    private static Recipe recipe(Settings s) {
        return Recipe.defaults().with(new AdapterChoice.Triplets(s.integer("rank"), s.number("alpha"), s.number("dropout"), s.number("orthogonality"), s.words("targets")))
                .with(new SelectorChoice.CubicBudget(s.integer("target"), s.number("first"), s.number("last"), s.integer("every"), s.number("smoothing"), s.number("smoothing")))
                .with(OptimizerChoice.adamW(2e-3).with(OptimizerChoice.AdamW.standard(0)));
    }
}
