package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.tape.stack.ReversibleStack.Wiring;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * MEFT (Liao et al., 2023): small networks make a pre-trained transformer a reversible one. Two streams pass its layers, and the backward pass computes the layers' inputs back
 * from the outputs instead of having kept them. The streams that are kept every few blocks make up for float32.
 */
@AutoService(Method.Provider.class)
public final class Meft implements Method.Provider {
    /** Deviation of the normal numbers that both matrices of a network start with. */
    private static final double START = 0.02;

    @Override
    public Method method() {
        return Method.of("meft", "MEFT", Method.Family.ACTIVATIONS, "block inputs computed back from two streams")
                .paper("Make Pre-trained Model Reversible: From Parameter to Memory Efficient Fine-Tuning", "Liao, NeurIPS 2023", 2023)
                .with(Setting.choice("variant", "1", StreamSettings.VARIANTS, "what the streams pass: a layer, then a network; a network, then a layer; attention, then the feed-forward layer"),
                        Setting.integer("width", 8, 1, 65536, "width r of the networks, two in a block"),
                        Setting.choice("activation", "gelu", List.of("relu", "gelu", "swish", "tanh"), "nonlinearity of the networks; the paper takes that of the model"))
                .trade("Gradients and optimizer state of all frozen weights, and all activations but a pair of streams every few blocks and one block's working set.",
                        "About one more forward pass per step, float32 streams, and a start that is near the pre-trained model but not on it. The result does not merge.")
                .staysApart()
                .trains((model, s) -> Sites.bottlenecks(model, 2L * model.layers(), s.integer("width")))
                .trial(Map.of("rate", "1e-2"))
                .recipe(Meft::recipe);
    }

    private static Recipe recipe(Settings s) {
        Wiring wiring = StreamSettings.wiring(s.text("variant"));
        boolean halves = wiring == Wiring.HALVES;
        AdapterChoice.Nonlinearity activation = AdapterChoice.Nonlinearity.valueOf(s.text("activation").toUpperCase(Locale.ROOT));
        return Recipe.defaults()
                .with(new AdapterChoice.Bottleneck(s.integer("width"), activation, true, true, 1, false, List.of("mlp", halves ? "attention" : "stream"), halves ? List.of("attention") : List.of(), START))
                .with(new ActivationsChoice.ReversibleStreams(wiring, 1, 1, ActivationsChoice.ReversibleStreams.most(wiring)).small(ActivationsChoice.ReversibleStreams.FACTOR))
                .with(OptimizerChoice.adamW(5e-4).with(new OptimizerChoice.AdamW(0.9, 0.98, 1e-6, false, 0.1)));
    }
}
