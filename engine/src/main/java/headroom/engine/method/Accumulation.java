package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.Recipe;
import java.util.Map;

/** Gradient accumulation over full fine-tuning: a batch in several parts, whose gradients are summed before one step. */
@AutoService(Method.Provider.class)
public final class Accumulation implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("grad-accumulation", "Gradient accumulation", Method.Family.ACTIVATIONS, "a batch in parts, one step")
                .trade("Activations of all parts of the batch but one. Exact.", "Smaller products, so somewhat less speed; gradients stay for all of the step.")
                .with(Setting.integer("parts", 4, 2, 4096, "parts of the batch of 32 rows; batch and accumulate set them freely"))
                .trial(Map.of("parts", "2"))
                .recipe(s -> {
                    DataChoice d = Recipe.defaults().data();
                    int parts = s.integer("parts");
                    return Recipe.defaults().with(new DataChoice(Math.max(1, d.batch() / parts), parts, d.length()));
                });
    }
}
