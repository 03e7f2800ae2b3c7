package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Map;

/**
 * MeZO (Malladi et al., 2023): two forward passes at θ ± εz and a step along z, which is drawn from a key whenever it is needed and stored nowhere. No gradients, no
 * optimizer state, no activations: the memory of inference.
 *
 * <p>The paper tunes everything, or LoRA pairs. Pairs are the standard here: one direction over all weights of a small model says so little that a few epochs show nothing,
 * while a few hundred steps over rank-1 pairs and the head do (measured on SST-2, see docs/measurements.md).
 */
@AutoService(Method.Provider.class)
public final class Mezo implements Method.Provider {
    private static final List<String> TARGETS = List.of("q", "v");

    @Override
    public Method method() {
        return Method.of("mezo", "MeZO", Method.Family.FORWARD_ONLY, "two forward passes, no backward")
                .paper("Fine-Tuning Language Models with Just Forward Passes", "Malladi, NeurIPS 2023", 2023)
                .with(Setting.number("epsilon", 1e-3, 1e-8, 1, "length of the perturbation"),
                        Setting.integer("directions", 1, 1, 64, "random directions per step"),
                        Setting.flag("in-place", false, "move the weights to and fro instead of seeing them through the perturbation"),
                        Setting.choice("tune", "lora", List.of("lora", "full"), "what is perturbed and trained: low-rank pairs on q and v, or every weight"),
                        Setting.integer("rank", 1, 1, 4096, "rank of the pairs with tune=lora"))
                .trade("All gradients, all optimizer state, all kept activations.", "Many more steps: the gradient is known along one direction only.")
                .estimates()
                .trains((model, s) -> s.text("tune").equals("full") ? model.parameterCount() : Sites.pairs(model, TARGETS, s.integer("rank")))
                .trial(Map.of("tune", "full", "rate", "1e-3"))
                .recipe(Mezo::recipe);
    }

    private static Recipe recipe(Settings s) {
        boolean lora = s.text("tune").equals("lora");
        OptimizerChoice sgd = OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(lora ? 1e-2 : 1e-4, 0, OptimizerChoice.Schedule.Shape.LINEAR))
                .withMaster(false);
        Recipe r = Recipe.defaults();
        if (lora) {
            r = r.with(new AdapterChoice.LowRank(s.integer("rank"), 2.0 * s.integer("rank"), 0, TARGETS));
        }
        return r.with(new GradientChoice.TwoPointEstimate(s.number("epsilon"), s.integer("directions"), s.flag("in-place"))).with(new ActivationsChoice.ForwardOnly()).with(sgd);
    }
}
