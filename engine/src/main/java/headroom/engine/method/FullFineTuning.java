package headroom.engine.method;

import headroom.engine.recipe.Recipe;
import java.util.List;

/** Every weight trains with AdamW: the yardstick. Weights, gradients and two moments for each parameter, and all activations. */
final class FullFineTuning {
    static final Method METHOD = new Method("full", "Full fine-tuning", "Decoupled Weight Decay Regularization", "baseline", 2019, "every weight trains with AdamW: the yardstick",
            List.of(), true, true, "Nothing: this is what the others are measured against.", "Gradients and two moments for every weight: 12 bytes per parameter beside 4 for the weight in float32.",
            s -> Recipe.defaults());

    private FullFineTuning() {}
}
