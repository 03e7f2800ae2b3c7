package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** AdaLOMO (Lv et al., 2023): LOMO's fused backward pass with Adafactor's factored second moment and its rate relative to each tensor's size. */
@AutoService(Method.Provider.class)
public final class AdaLomo implements Method.Provider {
    @Override
    public Method method() {
        List<Setting> settings = new ArrayList<>(Adafactor.SETTINGS);
        settings.add(Setting.flag("master", false, "float32 copies of bf16 weights: small steps are not lost, at 4 bytes per weight"));
        return Method.of("adalomo", "AdaLOMO", Method.Family.OPTIMIZERS, "LOMO with factored second moments")
                .paper("AdaLomo: Low-memory Optimization with Adaptive Learning Rate", "Lv, ACL 2024", 2023)
                .with(settings)
                .trade("Nearly all optimizer state, and all gradients but the largest.", "No momentum and no accumulation; in bf16 without a master copy small steps are lost.")
                .trial(Map.of("rate", "3e-2"))
                .recipe(s -> Recipe.defaults().with(OptimizerChoice.adamW(1e-3).withClip(0).with(Adafactor.rule(s, 0)).withMaster(s.flag("master")).steppingInBackward(true)));
    }
}
