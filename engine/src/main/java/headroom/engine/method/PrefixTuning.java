package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Map;

/** Prefix tuning (Li and Liang, 2021): trained keys and values in front of those of the tokens in every layer. As a table that starts as real words, or made by a small network that is dropped afterwards. */
@AutoService(Method.Provider.class)
public final class PrefixTuning implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("prefix-tuning", "Prefix tuning", Method.Family.ADAPTERS, "trained keys and values before the text")
                .paper("Prefix-Tuning: Optimizing Continuous Prompts for Generation", "Li, ACL 2021", 2021)
                .with(Setting.integer("prefix", 20, 1, 4096, "keys and values p in each layer"),
                        Setting.integer("network", 0, 0, 65536, "width of the network that makes them from p vectors; 0 trains a table. The paper takes 512 with rate 5e-5"),
                        Setting.choice("start", "words", List.of("words", "random"), "how a table starts: as the model reads frequent words, or at random; with a network always at random"))
                .trade("Gradients and optimizer state of all frozen weights, and the kept inputs of linears.", "Every token attends to p more, and a generating model keeps them in its cache; nothing merges.")
                .staysApart()
                .trains(PrefixTuning::trained)
                .trial(Map.of("prefix", "6", "rate", "3e-2"))
                .recipe(PrefixTuning::recipe);
    }

    private static long trained(ModelConfig c, Settings s) {
        long p = s.integer("prefix");
        long k = s.integer("network");
        // E [p, d], then d → k → 2·L·K·D with biases
        return k == 0 ? Sites.prefix(c, p) : p * c.hidden() + k * (c.hidden() + 1) + Sites.prefix(c, k + 1);
    }

    private static Recipe recipe(Settings s) {
        boolean words = s.text("start").equals("words") && s.integer("network") == 0;
        return Recipe.defaults().with(new AdapterChoice.PrefixKv(s.integer("prefix"), s.integer("network"), 0, words ? AdapterChoice.FrontStart.TOKENS : AdapterChoice.FrontStart.NORMAL,
                List.of(), false)).with(OptimizerChoice.adamW(1e-2));
    }
}
