package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.AdapterChoice.KeptForQueries;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Map;

/**
 * VQT (Tu et al., 2023), visual query tuning, here for texts: a few trained queries read every frozen layer through its own attention, and one linear layer reads what they became.
 * No gradient passes a token or goes from layer to layer; a layer keeps its keys and values and a few rows.
 */
@AutoService(Method.Provider.class)
public final class Vqt implements Method.Provider {
    private static final String KEYS = "keys";

    @Override
    public Method method() {
        return Method.of("vqt", "VQT", Method.Family.ADAPTERS, "queries read every frozen layer and feed one head")
                .paper("Visual Query Tuning: Towards Effective Usage of Intermediate Representations for Parameter and Memory Efficient Transfer Learning", "Tu, CVPR 2023", 2023)
                .with(Setting.integer("queries", 1, 1, 1024, "queries t beside the tokens of each layer"),
                        Setting.number("dropout", 0.1, 0, 0.95, "share of their elements that is dropped in training"),
                        Setting.choice("keep", KEYS, List.of(KEYS, "input"), "what a layer keeps of its tokens: keys and values, or its input alone, from which they are computed again"))
                .trade("Gradients and optimizer state of all frozen weights, and all activations but the keys and values of each layer and a few rows.",
                        "The model itself learns nothing, the head grows with the number of layers, and the result is a classifier that does not merge.")
                .staysApart()
                .classifies()
                .trains((model, s) -> (long) model.layers() * s.integer("queries") * model.hidden())
                .trial(Map.of("queries", "2", "rate", "3e-2"))
                .recipe(s -> Recipe.defaults().with(choice(s)).with(new ActivationsChoice.UntapedBlocks())
                        .with(OptimizerChoice.adamW(1e-2)));
    }

    private static AdapterChoice choice(Settings s) {
        return new AdapterChoice.QueryTokens(s.integer("queries"), s.number("dropout"), s.text("keep").equals(KEYS) ? KeptForQueries.KEYS_AND_VALUES : KeptForQueries.INPUT);
    }
}
