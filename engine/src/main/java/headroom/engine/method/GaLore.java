package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.Map;

/**
 * GaLore (Zhao et al., 2024): every weight trains, but Adam's moments of each attention and MLP matrix live in the leading singular subspace of its gradient, renewed
 * every T steps. With {@code per-layer} a gradient is projected, stepped and freed in the backward pass.
 */
@AutoService(Method.Provider.class)
public final class GaLore implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("galore", "GaLore", Method.Family.OPTIMIZERS, "Adam in a low-rank subspace of each gradient")
                .paper("GaLore: Memory-Efficient LLM Training by Gradient Low-Rank Projection", "Zhao, ICML 2024", 2024)
                .with(Setting.integer("rank", 64, 1, 65536, "rank r of the subspace"), Setting.integer("refresh", 200, 1, 1_000_000, "steps T between new subspaces"),
                        Setting.number("scale", 1, 1e-6, 1e3, "α: multiplies the step of projected matrices"),
                        Setting.flag("per-layer", false, "step each matrix in the backward pass and free its gradient"))
                .trade("Most of Adam's state: r/n of it remains for each projected matrix.", "A singular value decomposition of each gradient every T steps.")
                .trial(Map.of("rank", "8", "refresh", "5"))
                .recipe(GaLore::recipe);
    }

    private static Recipe recipe(Settings s) {
        OptimizerChoice.AdamW rule = new OptimizerChoice.AdamW(0.9, 0.999, 1e-6, true, 0);
        return Recipe.defaults().with(OptimizerChoice.adamW(5e-5).with(rule).with(new OptimizerChoice.LowRank(s.integer("rank"), s.integer("refresh"), s.number("scale")))
                .steppingInBackward(s.flag("per-layer")));
    }
}
