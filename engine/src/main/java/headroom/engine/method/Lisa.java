package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import java.util.Map;

/**
 * LISA (Pan et al., 2024): embeddings and head always train; of the blocks only a few do, drawn again every K steps. State of a block that stops training is dropped, so
 * memory does not creep up as more blocks have been visited.
 */
@AutoService(Method.Provider.class)
public final class Lisa implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("lisa", "LISA", Method.Family.PARTS, "a few random layers train at a time")
                .paper("LISA: Layerwise Importance Sampling for Memory-Efficient Large Language Model Fine-Tuning", "Pan, NeurIPS 2024", 2024)
                .with(Setting.integer("layers", 2, 0, 1000, "blocks that train at a time"), Setting.integer("every", 20, 1, 1_000_000, "steps between draws"),
                        Setting.flag("embeddings", true, "embeddings, head and final norm always train"))
                .trade("Gradients and optimizer state of the blocks that are not drawn, and part of their activations.",
                        "Embeddings and head always train: with a large vocabulary they dominate.")
                .trains(Lisa::trained)
                .trial(Map.of("layers", "1", "every", "4"))
                .recipe(s -> Recipe.defaults().with(new SelectorChoice.LayerwiseSampling(s.integer("layers"), s.integer("every"), s.flag("embeddings")))
                        .with(OptimizerChoice.adamW(5e-5).droppingOnFreeze()));
    }

    private static long trained(ModelConfig c, Settings s) {
        long blocks = (long) c.layers() * c.blockParameters();
        return s.integer("layers") * c.blockParameters() + (s.flag("embeddings") ? c.parameterCount() - blocks : 0);
    }
}
