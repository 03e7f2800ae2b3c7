package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;

/**
 * 8-bit Adam (Dettmers et al., 2022): both moments in an 8-bit code per element and a scale per block, decoded and coded again within each step. Small tensors and embeddings
 * keep float32.
 */
@AutoService(Method.Provider.class)
public final class Adam8bit implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("adam8bit", "8-bit Adam", Method.Family.OPTIMIZERS, "Adam's moments in 8-bit codes")
                .paper("8-bit Optimizers via Block-wise Quantization", "Dettmers, ICLR 2022", 2022)
                .with(Setting.choice("block", "256", List.of("256", "2048"), "elements that share a scale; 2048 as first published"),
                        Setting.integer("from", 4096, 0, Integer.MAX_VALUE, "tensors of fewer elements keep float32"))
                .trade("Three quarters of Adam's state for large matrices.", "A rounding of both moments each step, within the noise of training; decoding and coding take time.")
                .recipe(s -> Recipe.defaults().with(OptimizerChoice.adamW(5e-5).with(new OptimizerChoice.Dynamic8State(Integer.parseInt(s.text("block")), s.integer("from")))));
    }
}
