package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import java.util.List;
import java.util.Map;

/** Adapters as first published (Houlsby et al., 2019): a small network after attention and another after the feed-forward layer of each block, before the residual sums; the norms train too. */
@AutoService(Method.Provider.class)
public final class Houlsby implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("houlsby", "Houlsby adapters", Method.Family.ADAPTERS, "two small networks in each block")
                .paper("Parameter-Efficient Transfer Learning for NLP", "Houlsby, ICML 2019", 2019)
                .with(Setting.integer("width", 64, 1, 65536, "width r of the networks"),
                        Setting.choice("activation", "swish", List.of("relu", "gelu", "swish", "tanh"), "nonlinearity of the networks"),
                        Setting.flag("norms", true, "the norms of the model train too"))
                .trade("Gradients and optimizer state of all frozen weights.", "Two more small layers in each block, in training and ever after: they do not merge.")
                .staysApart()
                .trains((model, s) -> Sites.bottlenecks(model, 2L * model.layers(), s.integer("width")) + (s.flag("norms") ? Sites.norms(model) : 0))
                .trial(Map.of("width", "8", "rate", "1e-2"))
                .recipe(Houlsby::recipe);
    }

    private static Recipe recipe(Settings s) {
        Recipe r = Recipe.defaults().with(new AdapterChoice.Bottleneck(s.integer("width"), Pfeiffer.nonlinearity(s), false, true, 1, false, List.of("attention", "mlp")))
                .with(OptimizerChoice.adamW(1e-3));
        return s.flag("norms") ? r.with(new SelectorChoice.NamedParameters(List.of(SelectorChoice.NamedParameters.NORMS))) : r;
    }
}
