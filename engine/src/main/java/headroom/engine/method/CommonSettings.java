package headroom.engine.method;

import headroom.engine.recipe.ComputeType;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.TensorMemory;
import headroom.engine.recipe.WeightPresets;
import headroom.engine.recipe.WeightsChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Settings that every method has: rate, schedule, clipping, batch, accumulation, length, compute type, memory, weights, activations. Their standards come from the method's recipe.
 */
final class CommonSettings {
    private CommonSettings() {}

    static List<Setting> of(Recipe r) {
        OptimizerChoice o = r.optimizer();
        List<Setting> all = new ArrayList<>(List.of(
                Setting.number("rate", o.schedule().rate(), 1e-9, 10, "learning rate at its highest"),
                Setting.choice("schedule", o.schedule().shape().name().toLowerCase(Locale.ROOT), List.of("constant", "linear", "cosine"), "how the rate falls over the run"),
                Setting.number("warmup", o.schedule().warmup(), 0, 1, "share of the steps over which the rate rises")));
        all.addAll(DataSettings.of(r));
        all.addAll(List.of(
                Setting.choice("compute", r.compute().name().toLowerCase(Locale.ROOT), List.of("f32", "bf16"), "element type of activations and matrix products"),
                Setting.flag("arena", r.memory() == TensorMemory.ARENA, "what passes within a step lies in one storage, at places found before the run starts; changes no result"),
                Setting.choice("weights", WeightPresets.wordOf(r.weights()), WeightPresets.words(), "how the matrices of the blocks are stored: plain, or packed codes of n bits"),
                Setting.integer("group", 0, 0, 1 << 20, "weights per scale where they are codes; 0 for the standard of the form"),
                Setting.integer("tile", r.weights().tile(), 0, 1 << 20, "rows of a coded matrix that exist at a time while a product reads it; 0 for the whole matrix")));
        all.addAll(ActivationSettings.of(r));
        all.addAll(OptimizerSettings.of(r));
        return all;
    }

    static Recipe apply(Settings s, Recipe recipe) {
        Recipe r = recipe;
        r = r.with(DataSettings.apply(s, r.data()));
        if (s.has("compute")) {
            r = r.with(ComputeType.valueOf(s.text("compute").toUpperCase(Locale.ROOT)));
        }
        if (s.has("arena")) {
            r = r.with(s.flag("arena") ? TensorMemory.ARENA : TensorMemory.ALLOCATOR);
        }
        r = r.with(weights(s, r.weights()));
        r = ActivationSettings.apply(s, r);
        return r.with(OptimizerSettings.apply(s, r.optimizer()));
    }

    private static WeightsChoice weights(Settings s, WeightsChoice given) {
        WeightsChoice w = given;
        if (s.has("weights") && !s.text("weights").equals(WeightPresets.wordOf(given))) {
            w = WeightPresets.of(s.text("weights"));
        }
        if (s.has("group") && s.integer("group") > 0) {
            w = w.withGroup(s.integer("group"));
        }
        return s.has("tile") ? w.withTile(s.integer("tile")) : w;
    }
}
