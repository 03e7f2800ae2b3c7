package headroom.engine.method;

import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import java.util.List;

/**
 * LISA (Pan et al., 2024): embeddings and head always train; of the blocks only a few do, drawn again every K steps. State of a block that stops training is dropped, so
 * memory does not creep up as more blocks have been visited.
 */
final class Lisa {
    static final Method METHOD = new Method("lisa", "LISA", "LISA: Layerwise Importance Sampling for Memory-Efficient Large Language Model Fine-Tuning", "Pan, NeurIPS 2024", 2024,
            "a few random layers train at a time", List.of(
                    Setting.integer("layers", 2, 0, 1000, "blocks that train at a time"),
                    Setting.integer("every", 20, 1, 1_000_000, "steps between draws"),
                    Setting.flag("embeddings", true, "embeddings, head and final norm always train")),
            true, true, "Gradients and optimizer state of the blocks that are not drawn, and part of their activations.",
            "Embeddings and head always train: with a large vocabulary they dominate.", Lisa::recipe);

    private Lisa() {}

    private static Recipe recipe(Settings s) {
        return Recipe.defaults().with(new SelectorChoice.LayerwiseSampling(s.integer("layers"), s.integer("every"), s.flag("embeddings")))
                .with(OptimizerChoice.adamW(5e-5).droppingOnFreeze());
    }
}
