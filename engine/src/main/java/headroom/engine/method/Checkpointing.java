package headroom.engine.method;

import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;

/** Activation checkpointing (Chen et al., 2016) over full fine-tuning: of every k blocks only the input is kept, and the backward pass runs them again. */
final class Checkpointing {
    static final Method METHOD = new Method("checkpointing", "Gradient checkpointing", "Training Deep Nets with Sublinear Memory Cost", "Chen, 2016", 2016,
            "block inputs kept, the rest computed again", List.of(Setting.integer("every", 1, 1, 1000, "blocks per kept input")), true, true,
            "All activations but one input per segment and one segment's working set. Exact.", "About one more forward pass per step.",
            s -> Recipe.defaults().with(new ActivationsChoice.BlockCheckpoint(s.integer("every"))));

    private Checkpointing() {}
}
