package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.Map;

/** Stochastic gradient descent with momentum: one moment per weight, or none at momentum 0. The oldest yardstick; it needs far larger rates than Adam, tuned to the task. */
@AutoService(Method.Provider.class)
public final class Sgd implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("sgd", "SGD with momentum", Method.Family.OPTIMIZERS, "one moment per weight in place of two")
                .paper("On the importance of initialization and momentum in deep learning", "Sutskever, ICML 2013", 2013)
                .with(Setting.number("momentum", 0.9, 0, 0.9999, "share μ of the last step that goes on; 0 keeps no state"),
                        Setting.flag("nesterov", false, "look ahead by the momentum"))
                .trade("Half of Adam's state; all of it at momentum 0.", "Rates have to be tuned to the task: language models step far better with Adam.")
                .trial(Map.of("rate", "3e-2"))
                .recipe(s -> Recipe.defaults().with(OptimizerChoice.adamW(1e-2).with(new OptimizerChoice.Sgd(s.number("momentum"), s.flag("nesterov"), 0))));
    }
}
