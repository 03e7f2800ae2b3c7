package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.Recipe;
import java.util.Map;

/**
 * The loss in segments over full fine-tuning: head product and cross-entropy for some tokens at a time, forward and backward, as Liger Kernel's fused linear cross-entropy (Hsu
 * et al., 2024) does; where the head trains, the backward pass makes a segment's logits again. Every method has it as {@code loss=segments}.
 */
@AutoService(Method.Provider.class)
public final class ChunkedLoss implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("chunked-loss", "Chunked loss", Method.Family.ACTIVATIONS, "logits of some tokens at a time, never of all")
                .paper("Liger Kernel: Efficient Triton Kernels for LLM Training", "Hsu, 2024", 2024)
                .trade("The logits and their gradient: two numbers for each token and word of the vocabulary. Exact.", "The product with the output matrix once more per step.")
                .trial(Map.of("loss-rows", "48"))
                .recipe(s -> Recipe.defaults().with(new ActivationsChoice.KeepNeeded(ActivationsChoice.SegmentedLoss.AUTOMATIC)));
    }
}
