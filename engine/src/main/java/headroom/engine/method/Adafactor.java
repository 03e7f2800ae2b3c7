package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Map;

/** Adafactor (Shazeer and Stern, 2018): the second moment of a matrix as the product of its row and column means; no first moment unless asked for. */
@AutoService(Method.Provider.class)
public final class Adafactor implements Method.Provider {
    /** Shared with AdaLOMO, which steps by the same rule in the backward pass. */
    static final List<Setting> SETTINGS = List.of(
            Setting.flag("relative", false, "let 1/√t bound the rate, as when training from scratch"),
            Setting.flag("scaled", true, "rate relative to each tensor's own size"),
            Setting.number("limit", 1, 1e-6, 1e6, "root mean square above which an update is scaled down"));

    @Override
    public Method method() {
        return Method.of("adafactor", "Adafactor", Method.Family.OPTIMIZERS, "second moments as rows times columns")
                .paper("Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", "Shazeer, ICML 2018", 2018)
                .with(SETTINGS.get(0), SETTINGS.get(1), SETTINGS.get(2),
                        Setting.number("beta1", 0, 0, 0.9999, "share of a first moment that stays; 0 keeps none"))
                .trade("Nearly all of Adam's state: a matrix keeps one number per row and per column.", "No momentum as a rule, and a coarser second moment: somewhat slower to learn.")
                .trial(Map.of("rate", "3e-2"))
                .recipe(s -> Recipe.defaults().with(OptimizerChoice.adamW(1e-3).withClip(0).with(rule(s, s.number("beta1")))));
    }

    static OptimizerChoice.Adafactor rule(Settings s, double beta1) {
        return new OptimizerChoice.Adafactor(beta1, 0.8, s.number("limit"), s.flag("relative"), s.flag("scaled"), 0);
    }
}
