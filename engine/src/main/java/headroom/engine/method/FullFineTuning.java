package headroom.engine.method;

import com.google.auto.service.AutoService;

/** Every weight trains with AdamW: the yardstick. Weights, gradients and two moments for each parameter, and all activations. */
@AutoService(Method.Provider.class)
public final class FullFineTuning implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("full", "Full fine-tuning", Method.Family.WHOLE_MODEL, "every weight trains with AdamW: the yardstick")
                .paper("Decoupled Weight Decay Regularization", "baseline", 2019)
                .trade("Nothing: this is what the others are measured against.", "Gradients and two moments for every weight: 12 bytes per parameter beside 4 for the weight in float32.");
    }
}
