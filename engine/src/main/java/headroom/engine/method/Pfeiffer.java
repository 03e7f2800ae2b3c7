package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Adapters once in a block (Pfeiffer et al., 2021): one small network after the feed-forward layer's sum, half of Houlsby's parameters. In parallel it reads what the
 * feed-forward layer reads, and its scaled output is added to the layer's: the feed-forward half of MAM (He et al., 2022).
 */
@AutoService(Method.Provider.class)
public final class Pfeiffer implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("pfeiffer", "Pfeiffer adapters", Method.Family.ADAPTERS, "one small network in each block")
                .paper("AdapterFusion: Non-Destructive Task Composition for Transfer Learning", "Pfeiffer, EACL 2021", 2021)
                .with(Setting.integer("width", 64, 1, 65536, "width r of the network"),
                        Setting.choice("activation", "relu", List.of("relu", "gelu", "swish", "tanh"), "nonlinearity of the network"),
                        Setting.choice("form", "sequential", List.of("sequential", "parallel"), "after the block; or beside its feed-forward layer, as in MAM"),
                        Setting.number("scale", 1, 1e-3, 1e3, "factor of the network's output; MAM takes 4"))
                .trade("Gradients and optimizer state of all frozen weights; half of what Houlsby's adapters add.", "One more small layer in each block, in training and ever after: it does not merge.")
                .staysApart()
                .trains((model, s) -> Sites.bottlenecks(model, model.layers(), s.integer("width")))
                .trial(Map.of("width", "8", "rate", "1e-2"))
                .recipe(Pfeiffer::recipe);
    }

    private static Recipe recipe(Settings s) {
        boolean parallel = s.text("form").equals("parallel");
        return Recipe.defaults().with(new AdapterChoice.Bottleneck(s.integer("width"), nonlinearity(s), parallel, true, s.number("scale"), false, List.of(parallel ? "mlp" : "block")))
                .with(OptimizerChoice.adamW(1e-3));
    }

    static AdapterChoice.Nonlinearity nonlinearity(Settings s) {
        return AdapterChoice.Nonlinearity.valueOf(s.text("activation").toUpperCase(Locale.ROOT));
    }
}
