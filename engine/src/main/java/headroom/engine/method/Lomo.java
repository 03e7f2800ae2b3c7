package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.OptimizerChoice.Clip;
import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Map;

/** LOMO (Lv et al., 2023): a plain step on each parameter the moment its gradient is complete, and the gradient is gone. No state, and never two gradients at once. */
@AutoService(Method.Provider.class)
public final class Lomo implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("lomo", "LOMO", Method.Family.OPTIMIZERS, "each gradient stepped and freed in the backward pass")
                .paper("Full Parameter Fine-tuning for Large Language Models with Limited Resources", "Lv, 2023", 2023)
                .with(Setting.choice("clipping", "tensor", List.of("tensor", "norm", "value"),
                                "what clip bounds: the norm of each tensor; the norm of all, found by a first backward pass; or each element"),
                        Setting.flag("master", false, "float32 copies of bf16 weights: small steps are not lost, at 4 bytes per weight"))
                .trade("All optimizer state, and all gradients but the largest.", "Plain gradient descent, with its rates; no accumulation; the norm of all gradients costs a second backward pass.")
                .trial(Map.of("rate", "0.1"))
                .recipe(s -> Recipe.defaults().with(OptimizerChoice.adamW(5e-2).with(new OptimizerChoice.Sgd(0)).with(clip(s.text("clipping"))).withMaster(s.flag("master"))
                        .steppingInBackward(true)));
    }

    private static Clip clip(String kind) {
        return switch (kind) {
            case "norm" -> new Clip.Global(1, true);
            case "value" -> new Clip.Value(1);
            default -> new Clip.PerTensor(1);
        };
    }
}
