package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Map;

/**
 * (IA)³ (Liu et al., 2022): three vectors a layer scale keys, values and what the last feed-forward matrix reads; all start at 1. The fewest parameters of all adapters, and
 * they merge into the matrices. Trained with Adafactor as in the paper, at a rate that rises over 6 % of the steps and falls to the end. The paper lets the rate follow the size of
 * each tensor: of vectors that start at 1 that is the same, and a task head that starts small would hardly move, so here it does not.
 */
@AutoService(Method.Provider.class)
public final class Ia3 implements Method.Provider {
    private static final String FEW = "kv-down";
    private static final OptimizerChoice.Adafactor AS_PUBLISHED = new OptimizerChoice.Adafactor(0, 0.8, 1, false, false, 0);

    @Override
    public Method method() {
        return Method.of("ia3", "(IA)³", Method.Family.ADAPTERS, "vectors that scale keys, values and inner activations")
                .paper("Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context Learning", "Liu, NeurIPS 2022", 2022)
                .with(Setting.choice("targets", FEW, List.of(FEW, "linears"), "what is scaled: keys, values and the input of the down projection; or that and the outputs of all other linears"))
                .trade("Gradients and optimizer state: about one ten-thousandth of the model trains.", "Activations stay, and the unscaled ones are kept besides.")
                .trains((model, s) -> model.layers() * (s.text("targets").equals(FEW) ? 2L * model.kvWidth() + model.intermediate() : everywhere(model)))
                .trial(Map.of("rate", "3e-2"))
                .recipe(s -> Recipe.defaults().with(new AdapterChoice.ActivationGates(points(s))).with(OptimizerChoice.adamW(3e-3).with(AS_PUBLISHED)));
    }

    private static long everywhere(ModelConfig c) {
        return Sites.ofBlock(c).stream().mapToLong(s -> s.name().equals("down") ? s.in() : s.out()).sum();
    }

    private static List<String> points(Settings s) {
        return s.text("targets").equals(FEW) ? List.of("k", "v", "mlp.inner") : List.of("q", "k", "v", "attention.out", "up", "gate?", "mlp.inner");
    }
}
