package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.ComputeType;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.OptimizerChoice.HostState;
import headroom.engine.recipe.Recipe;
import java.util.List;

/**
 * Optimizer state on the host (ZeRO-Offload, Ren et al., 2021): moments and float32 master copies live in host memory; of each parameter the gradient comes down, Adam steps
 * there, and the new 16-bit weight goes up. Exactly what Adam on the device does.
 */
@AutoService(Method.Provider.class)
public final class CpuOffload implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("cpu-offload", "CPU offload", Method.Family.OPTIMIZERS, "Adam's state and step in host memory")
                .paper("ZeRO-Offload: Democratizing Billion-Scale Model Training", "Ren, USENIX ATC 2021", 2021)
                .with(Setting.choice("step", "host", List.of("host", "device"), "where Adam steps: on the host, or on the device with the state paged in and out"),
                        Setting.integer("from", 0, 0, Integer.MAX_VALUE, "parameters of fewer elements keep their state on the device"))
                .trade("All optimizer state and master copies on the device: 12 bytes per parameter with 16-bit weights.",
                        "As many bytes of host memory, and each step moves every gradient down and every weight up.")
                .recipe(s -> Recipe.defaults().with(ComputeType.BF16).with(OptimizerChoice.adamW(5e-5).with(new HostState(s.integer("from"), s.text("step").equals("device")))));
    }
}
