package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** DoRA (Liu et al., 2024): each row of a weight as a length and a direction; a low-rank pair turns the directions, one number a row stretches them. */
@AutoService(Method.Provider.class)
public final class Dora implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("dora", "DoRA", Method.Family.ADAPTERS, "LoRA turns rows of the weights, magnitudes stretch them")
                .paper("DoRA: Weight-Decomposed Low-Rank Adaptation", "Liu, ICML 2024", 2024)
                .with(settings())
                .trade("Gradients and optimizer state of all frozen weights.", "Each adapted linear keeps its output too, and takes row norms in every pass: more activations and time than LoRA.")
                .trains((model, s) -> Sites.pairs(model, s.words("targets"), s.integer("rank"))
                        + model.layers() * Sites.ofBlock(model, s.words("targets")).stream().mapToLong(Sites.Site::out).sum())
                .trial(Map.of("rank", "4", "alpha", "8"))
                .recipe(s -> Recipe.defaults().with(new AdapterChoice.WeightNorm(Lora.adapter(s), s.text("norm").equals("exact"))).with(OptimizerChoice.adamW(1e-3)));
    }

    private static List<Setting> settings() {
        List<Setting> all = new ArrayList<>(Lora.SETTINGS);
        all.add(Setting.choice("norm", "detached", List.of("detached", "exact"), "whether the gradient passes through the row norms: detached as published, or exact"));
        return all;
    }
}
