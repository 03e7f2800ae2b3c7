package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.ComputeType;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.SelectorChoice.LayerwiseSampling.Order;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * BAdam (Luo et al., 2024): one block of the model at a time trains with Adam for K steps, through a float32 copy of its own; then its state is gone and the next has its turn.
 */
@AutoService(Method.Provider.class)
public final class BAdam implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("badam", "BAdam", Method.Family.PARTS, "blocks take turns with Adam")
                .paper("BAdam: A Memory Efficient Full Parameter Optimization Method for Large Language Models", "Luo, NeurIPS 2024", 2024)
                .with(Setting.integer("every", 50, 1, 1_000_000, "steps K of each turn"),
                        Setting.choice("turns", "descending", List.of("random", "ascending", "descending"), "order of the turns; random gives every block one turn per cycle"),
                        Setting.flag("embeddings", false, "embeddings, head and final norm always train"))
                .trade("Gradients, state and float32 copy of all blocks but one; activations below it.", "A block rests for most of the run, and Adam starts anew at each turn.")
                .trains((model, s) -> model.blockParameters() + (s.flag("embeddings") ? model.parameterCount() - (long) model.layers() * model.blockParameters() : 0))
                .trial(Map.of("every", "4"))
                .recipe(BAdam::recipe);
    }

    private static Recipe recipe(Settings s) {
        int every = s.integer("every");
        return Recipe.defaults().with(ComputeType.BF16)
                .with(new SelectorChoice.LayerwiseSampling(1, every, s.flag("embeddings"), Order.valueOf(s.text("turns").toUpperCase(Locale.ROOT))))
                .with(OptimizerChoice.adamW(2e-4).with(new OptimizerChoice.DropOnFreeze(every)));
    }
}
