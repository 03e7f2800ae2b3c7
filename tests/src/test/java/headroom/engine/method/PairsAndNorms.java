package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import java.util.List;
import java.util.Map;

/** A toy for the suite: pairs beside the value projections while all norms of the base train too, so that an export has both to take along. */
@AutoService(Method.Provider.class)
public final class PairsAndNorms implements Method.Provider {
    private static final List<String> TARGETS = List.of("v");

    @Override
    public Method method() {
        return Method.of("pairs-and-norms", "Pairs and norms", Method.Family.ADAPTERS, "thin pairs beside the value projections, and all norms of the base")
                .trade("Gradients and state of all matrices.", "A toy: the base changes under its adapter.")
                .trains((model, s) -> Sites.pairs(model, TARGETS, 2) + Sites.norms(model))
                .trial(Map.of())
                .recipe(s -> Recipe.defaults().with(new AdapterChoice.LowRank(2, 4, 0, TARGETS)).with(new SelectorChoice.NamedParameters(List.of(SelectorChoice.NamedParameters.NORMS)))
                        .with(OptimizerChoice.adamW(1e-3)));
    }
}
