package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Map;

/**
 * P-tuning v2 (Liu et al., 2022): a table of keys and values in every layer, with dropout, and for classes a plain head on the first token of an encoder or the last of a
 * decoder: prefix tuning made for understanding instead of generation.
 */
@AutoService(Method.Provider.class)
public final class PTuningV2 implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("p-tuning-v2", "P-tuning v2", Method.Family.ADAPTERS, "a prefix in every layer and a plain head")
                .paper("P-Tuning v2: Prompt Tuning Can Be Comparable to Fine-tuning Universally Across Scales and Tasks", "Liu, ACL 2022", 2022)
                .with(Setting.integer("prefix", 20, 1, 4096, "keys and values p in each layer: short for classes, long to label sequences"),
                        Setting.number("dropout", 0.1, 0, 0.95, "share of their elements that is dropped in training"))
                .trade("Gradients and optimizer state of all frozen weights, and the kept inputs of linears.", "Every token attends to p more; needs a high rate and many epochs, and nothing merges.")
                .staysApart()
                .trains((model, s) -> Sites.prefix(model, s.integer("prefix")))
                .trial(Map.of("prefix", "6", "rate", "3e-2"))
                .recipe(s -> Recipe.defaults().with(new AdapterChoice.PrefixKv(s.integer("prefix"), 0, s.number("dropout"), AdapterChoice.FrontStart.NORMAL, List.of(), true))
                        .with(OptimizerChoice.adamW(5e-3)));
    }
}
