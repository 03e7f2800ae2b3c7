package headroom.engine.method;

import headroom.engine.recipe.ComputeType;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.WeightPresets;
import headroom.engine.recipe.WeightsChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Settings that every method has: rate, schedule, clipping, batch, accumulation, length, compute type, weights, activations. Their standards come from the method's recipe.
 */
final class CommonSettings {
    private CommonSettings() {}

    static List<Setting> of(Recipe r) {
        OptimizerChoice o = r.optimizer();
        List<Setting> all = new ArrayList<>(List.of(
                Setting.number("rate", o.schedule().rate(), 1e-9, 10, "learning rate at its highest"),
                Setting.choice("schedule", o.schedule().shape().name().toLowerCase(Locale.ROOT), List.of("constant", "linear", "cosine"), "how the rate falls over the run"),
                Setting.number("warmup", o.schedule().warmup(), 0, 1, "share of the steps over which the rate rises"),
                Setting.integer("batch", r.data().batch(), 1, 65536, "rows per micro-batch"),
                Setting.integer("accumulate", r.data().accumulate(), 1, 4096, "micro-batches per step"),
                Setting.integer("length", r.data().length(), 1, 1 << 20, "tokens per row at most"),
                Setting.choice("compute", r.compute().name().toLowerCase(Locale.ROOT), List.of("f32", "bf16"), "element type of activations and matrix products"),
                Setting.choice("weights", WeightPresets.wordOf(r.weights()), WeightPresets.words(), "how the matrices of the blocks are stored: plain, or packed codes of n bits"),
                Setting.integer("group", 0, 0, 1 << 20, "weights per scale where they are codes; 0 for the standard of the form"),
                Setting.integer("tile", r.weights().tile(), 0, 1 << 20, "rows of a coded matrix that exist at a time while a product reads it; 0 for the whole matrix")));
        all.addAll(ActivationSettings.of(r));
        if (r.gradient() instanceof GradientChoice.Backprop) {
            all.add(Setting.number("clip", o.clip().limit(), 0, 1e9, "bound of the gradient, 0 for no clipping"));
        }
        if (keepsMoments(o.rule())) {
            all.add(Setting.choice("state", word(o.state()), o.rule() instanceof OptimizerChoice.Adafactor ? List.of("f32", "bf16") : List.of("f32", "bf16", "int8"),
                    "how moments are kept: bf16 keeps no master copy; int8 codes blocks in 8 bits"));
        }
        all.add(Setting.number("decay", o.rule().decay(), 0, 1, "weight decay"));
        return all;
    }

    private static boolean keepsMoments(OptimizerChoice.Rule rule) {
        return switch (rule) {
            case OptimizerChoice.Sgd s -> s.momentum() > 0;
            case OptimizerChoice.Adafactor a -> a.beta1() > 0;
            case OptimizerChoice.SignSgd _ -> false;
            default -> true;
        };
    }

    private static String word(OptimizerChoice.StateCodec state) {
        return switch (state) {
            case OptimizerChoice.Float32State _ -> "f32";
            case OptimizerChoice.Bf16State _ -> "bf16";
            case OptimizerChoice.Dynamic8State _ -> "int8";
        };
    }

    /** The state as a word says; moments in bf16 go without a master copy. */
    private static OptimizerChoice stated(OptimizerChoice o, String word) {
        return word.equals(word(o.state())) ? o : switch (word) {
            case "bf16" -> o.with(new OptimizerChoice.Bf16State()).withMaster(false);
            case "int8" -> o.with(OptimizerChoice.Dynamic8State.standard()).withMaster(true);
            default -> o.with(new OptimizerChoice.Float32State()).withMaster(true);
        };
    }

    static Recipe apply(Settings s, Recipe recipe) {
        Recipe r = recipe;
        DataChoice d = r.data();
        r = r.with(new DataChoice(s.has("batch") ? s.integer("batch") : d.batch(), s.has("accumulate") ? s.integer("accumulate") : d.accumulate(),
                s.has("length") ? s.integer("length") : d.length()));
        if (s.has("compute")) {
            r = r.with(ComputeType.valueOf(s.text("compute").toUpperCase(Locale.ROOT)));
        }
        r = r.with(weights(s, r.weights()));
        r = ActivationSettings.apply(s, r);
        return r.with(optimizer(s, r.optimizer()));
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

    /** Another bound of the same kind; clipping that was off begins as the global norm. */
    private static OptimizerChoice clipped(OptimizerChoice o, double limit) {
        return limit == 0 ? o.withClip(0) : switch (o.clip()) {
            case OptimizerChoice.Clip.None _ -> o.withClip(limit);
            case OptimizerChoice.Clip.Value _ -> o.with(new OptimizerChoice.Clip.Value(limit));
            case OptimizerChoice.Clip.PerTensor _ -> o.with(new OptimizerChoice.Clip.PerTensor(limit));
            case OptimizerChoice.Clip.Global g -> o.with(new OptimizerChoice.Clip.Global(limit, g.normPass()));
        };
    }

    private static OptimizerChoice optimizer(Settings s, OptimizerChoice given) {
        OptimizerChoice.Schedule old = given.schedule();
        OptimizerChoice o = given.with(new OptimizerChoice.Schedule(s.has("rate") ? s.number("rate") : old.rate(), s.has("warmup") ? s.number("warmup") : old.warmup(),
                s.has("schedule") ? OptimizerChoice.Schedule.Shape.valueOf(s.text("schedule").toUpperCase(Locale.ROOT)) : old.shape()));
        if (s.has("clip")) {
            o = clipped(o, s.number("clip"));
        }
        if (s.has("state")) {
            o = stated(o, s.text("state"));
        }
        return s.has("decay") ? o.with(o.rule().withDecay(s.number("decay"))) : o;
    }
}
