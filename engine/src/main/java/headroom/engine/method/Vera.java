package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.Map;

/** VeRA (Kopiczko et al., 2024): one random pair for the whole model, made again from the seed; each site trains two vectors that scale its rows and columns. */
@AutoService(Method.Provider.class)
public final class Vera implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("vera", "VeRA", Method.Family.ADAPTERS, "one shared random pair, scaled by trained vectors")
                .paper("VeRA: Vector-based Random Matrix Adaptation", "Kopiczko, ICLR 2024", 2024)
                .with(Setting.integer("rank", 256, 1, 65536, "rank r of the shared random pair"),
                        Setting.number("start", 0.1, 1e-6, 1e3, "value that λd starts with"),
                        Setting.number("dropout", 0, 0, 0.95, "share of the branch's input that is dropped in training"),
                        Setting.words("targets", "all", "last names of the sites that are adapted, e.g. q,v; or all"))
                .trade("Gradients and optimizer state of nearly everything; the input of a frozen linear is not kept, so activations shrink more than with LoRA.",
                        "Products with a pair of high rank at every site, forward and backward.")
                .trains((model, s) -> model.layers() * Sites.ofBlock(model, s.words("targets")).stream().mapToLong(site -> s.integer("rank") + site.out()).sum())
                .trial(Map.of("rank", "16", "rate", "2e-2"))
                .recipe(s -> Recipe.defaults().with(new AdapterChoice.Vera(s.integer("rank"), s.number("dropout"), s.number("start"), s.words("targets")))
                        .with(OptimizerChoice.adamW(1e-2).with(OptimizerChoice.AdamW.standard(0))));
    }
}
