package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.OptimizerChoice.LowRank;
import headroom.engine.recipe.Recipe;
import java.util.Map;

/**
 * APOLLO (Zhu et al., 2024): Adam sees a random low-rank sketch of each gradient, and how much it would change the sketch says how far the raw gradient is to be followed, channel
 * by channel; or, with {@code mini}, tensor by tensor from a sketch of rank 1.
 */
@AutoService(Method.Provider.class)
public final class Apollo implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("apollo", "APOLLO", Method.Family.OPTIMIZERS, "raw gradients, scaled by Adam on a random sketch")
                .paper("APOLLO: SGD-like Memory, AdamW-level Performance", "Zhu, MLSys 2025", 2024)
                .with(Setting.flag("mini", false, "one scale per tensor from a sketch of rank 1: rank and scale are then 1 and 128 unless set"),
                        Setting.integer("rank", 64, 1, 65536, "rank r of the sketch; a quarter of the width as a rule"),
                        Setting.integer("refresh", 200, 1, 1_000_000, "steps between new random projections"),
                        Setting.number("scale", 1, 1e-6, 1e6, "α: the step is multiplied by its root"),
                        Setting.number("growth", 1.01, 1, 1e6, "how much larger a scaled gradient may be than the one before"))
                .trade("Most of Adam's state: two moments of the sketch remain, and the projection is drawn again from its seed.", "One number steers a whole channel; embeddings and vectors keep Adam.")
                .trial(Map.of("rank", "8", "refresh", "5"))
                .recipe(Apollo::recipe);
    }

    private static Recipe recipe(Settings s) {
        boolean mini = s.flag("mini");
        OptimizerChoice.AdamW adam = new OptimizerChoice.AdamW(0.9, 0.999, 1e-6, true, 0);
        LowRank sketch = new LowRank(LowRank.Law.RANDOM, mini && !s.has("rank") ? 1 : s.integer("rank"), s.integer("refresh"), mini && !s.has("scale") ? 128 : s.number("scale"), false);
        return Recipe.defaults().with(OptimizerChoice.adamW(3e-4).with(new OptimizerChoice.ApolloScaling(adam, mini, s.number("growth"))).with(sketch));
    }
}
