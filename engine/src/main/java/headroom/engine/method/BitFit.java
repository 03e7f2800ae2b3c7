package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import java.util.List;
import java.util.Map;

/**
 * BitFit (Ben Zaken et al., 2022): only biases train. A bias needs the gradient of its output alone, so no input of a linear is kept. Models without biases on their linears
 * get zero ones.
 */
@AutoService(Method.Provider.class)
public final class BitFit implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("bitfit", "BitFit", Method.Family.PARTS, "only biases train")
                .paper("BitFit: Simple Parameter-efficient Fine-tuning for Transformer-based Masked Language-models", "Ben Zaken, ACL 2022", 2022)
                .trade("Gradients and optimizer state of all matrices, and every kept input of a linear.", "Less room to change than a low-rank pair: good for small tasks.")
                .trains((model, s) -> Sites.biases(model))
                .trial(Map.of("rate", "1e-2"))
                .recipe(s -> Recipe.defaults().with(new AdapterChoice.AddedBias(List.of("all"))).with(new SelectorChoice.NamedParameters(List.of(SelectorChoice.NamedParameters.BIASES)))
                        .with(OptimizerChoice.adamW(1e-3)));
    }
}
