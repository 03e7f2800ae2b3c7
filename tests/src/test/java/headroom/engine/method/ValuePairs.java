package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Map;

/** A toy: thin pairs beside the value projections alone, trained with Lion. */
@AutoService(Method.Provider.class)
public final class ValuePairs implements Method.Provider {
    private static final List<String> TARGETS = List.of("v");

    @Override
    public Method method() {
        return Method.of("value-pairs", "Value pairs", Method.Family.ADAPTERS, "thin pairs beside the value projections, stepped by sign")
                .with(Setting.integer("rank", 2, 1, 4096, "rank r of each pair"))
                .trade("Gradients and state of everything but one thin pair per block, and half of the state of that.", "Little can change: it is a toy.")
                .trains((model, s) -> Sites.pairs(model, TARGETS, s.integer("rank")))
                .trial(Map.of("rank", "4"))
                .recipe(s -> Recipe.defaults().with(new AdapterChoice.LowRank(s.integer("rank"), 2.0 * s.integer("rank"), 0, TARGETS))
                        .with(OptimizerChoice.adamW(1e-3).with(new OptimizerChoice.Lion(0.9, 0.99, 0))));
    }
}
