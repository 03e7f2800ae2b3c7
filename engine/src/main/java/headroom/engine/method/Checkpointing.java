package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.Recipe;

/** Activation checkpointing (Chen et al., 2016) over full fine-tuning: of every k blocks only the input is kept, and the backward pass runs them again. */
@AutoService(Method.Provider.class)
public final class Checkpointing implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("checkpointing", "Gradient checkpointing", Method.Family.ACTIVATIONS, "block inputs kept, the rest computed again")
                .paper("Training Deep Nets with Sublinear Memory Cost", "Chen, 2016", 2016)
                .with(Setting.integer("every", 1, 0, 1000, "blocks per kept input; 0 makes about as many segments as they have blocks"))
                .trade("All activations but one input per segment and one segment's working set. Exact.", "About one more forward pass per step.")
                .recipe(s -> Recipe.defaults().with(new ActivationsChoice.BlockCheckpoint(s.integer("every"))));
    }
}
