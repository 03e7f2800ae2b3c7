package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Map;

/**
 * Prompt tuning (Lester et al., 2021): p free vectors before the embeddings of every text, and nothing else. The gradient runs through the whole model to reach them, and
 * every text grows by p tokens.
 */
@AutoService(Method.Provider.class)
public final class PromptTuning implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("prompt-tuning", "Prompt tuning", Method.Family.ADAPTERS, "free vectors before the text")
                .paper("The Power of Scale for Parameter-Efficient Prompt Tuning", "Lester, EMNLP 2021", 2021)
                .with(Setting.integer("prompt", 20, 1, 4096, "vectors p before every text"),
                        Setting.choice("start", "words", List.of("words", "random"), "as embeddings of frequent tokens, or at random"))
                .trade("Gradients and optimizer state of the whole model but p vectors, and the kept inputs of linears.",
                        "Every text is p tokens longer in memory and time; weak on models below about a billion parameters, and nothing merges.")
                .staysApart()
                .trains((model, s) -> (long) s.integer("prompt") * model.embedding())
                .trial(Map.of("prompt", "6", "rate", "3e-2"))
                .recipe(s -> Recipe.defaults().with(new AdapterChoice.PromptTokens(s.integer("prompt"),
                        s.text("start").equals("words") ? AdapterChoice.FrontStart.TOKENS : AdapterChoice.FrontStart.NORMAL, List.of())).with(OptimizerChoice.adamW(1e-2)));
    }
}
