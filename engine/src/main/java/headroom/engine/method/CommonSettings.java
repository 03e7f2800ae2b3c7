package headroom.engine.method;

import headroom.engine.recipe.ActivationsChoice;
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
    private static final String NONE = "none";
    private static final String WHOLE = "whole";
    private static final String SEGMENTS = "segments";

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
        ActivationsChoice.Loss loss = r.activations().loss();
        all.add(Setting.choice("loss", loss instanceof ActivationsChoice.SegmentedLoss ? SEGMENTS : WHOLE, List.of(WHOLE, SEGMENTS),
                "logits of all positions at once, or of some rows at a time, made again in the backward pass"));
        all.add(Setting.integer("loss-rows", loss instanceof ActivationsChoice.SegmentedLoss l ? l.rows() : 0, 0, 1 << 24,
                "with loss=segments: rows whose logits exist at a time, 0 for as many as take the room of the hidden states"));
        if (r.gradient() instanceof GradientChoice.Backprop) {
            all.add(Setting.number("clip", o.clip(), 0, 1e9, "largest gradient norm, 0 for no clipping"));
            all.add(Setting.choice("checkpointing", r.activations() instanceof ActivationsChoice.BlockCheckpoint b ? Integer.toString(b.every()) : NONE, List.of(NONE, "1", "2", "3", "4", "6", "8"),
                    "activation checkpointing: keep the input of every so many blocks and compute the rest again"));
        }
        if (o.rule() instanceof OptimizerChoice.AdamW a) {
            all.add(Setting.choice("state", a.state().name().toLowerCase(Locale.ROOT), List.of("f32", "bf16"), "element type of Adam's moments; bf16 keeps no master copy"));
            all.add(Setting.number("decay", a.decay(), 0, 1, "weight decay"));
        } else if (o.rule() instanceof OptimizerChoice.Sgd s) {
            all.add(Setting.number("decay", s.decay(), 0, 1, "weight decay"));
        }
        return all;
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
        if (s.has("checkpointing")) {
            String every = s.text("checkpointing");
            ActivationsChoice.Loss loss = r.activations().loss();
            r = r.with(every.equals(NONE) ? new ActivationsChoice.KeepNeeded(loss) : new ActivationsChoice.BlockCheckpoint(Integer.parseInt(every), loss));
        }
        if (s.has("loss") || s.has("loss-rows")) {
            r = r.with(r.activations().with(loss(s, r.activations().loss())));
        }
        return r.with(optimizer(s, r.optimizer()));
    }

    /** A number of rows alone asks for segments too. */
    private static ActivationsChoice.Loss loss(Settings s, ActivationsChoice.Loss given) {
        if (s.has("loss") && s.text("loss").equals(WHOLE)) {
            return new ActivationsChoice.WholeLoss();
        }
        return new ActivationsChoice.SegmentedLoss(s.has("loss-rows") ? s.integer("loss-rows") : given instanceof ActivationsChoice.SegmentedLoss l ? l.rows() : 0);
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

    private static OptimizerChoice optimizer(Settings s, OptimizerChoice given) {
        OptimizerChoice.Schedule old = given.schedule();
        OptimizerChoice o = given.with(new OptimizerChoice.Schedule(s.has("rate") ? s.number("rate") : old.rate(), s.has("warmup") ? s.number("warmup") : old.warmup(),
                s.has("schedule") ? OptimizerChoice.Schedule.Shape.valueOf(s.text("schedule").toUpperCase(Locale.ROOT)) : old.shape()));
        if (s.has("clip")) {
            o = o.withClip(s.number("clip"));
        }
        return o.with(switch (o.rule()) {
            case OptimizerChoice.AdamW a -> new OptimizerChoice.AdamW(a.beta1(), a.beta2(), a.epsilon(), a.epsilonBeforeCorrection(), s.has("decay") ? s.number("decay") : a.decay(),
                    s.has("state") ? OptimizerChoice.StateType.valueOf(s.text("state").toUpperCase(Locale.ROOT)) : a.state());
            case OptimizerChoice.Sgd g -> new OptimizerChoice.Sgd(s.has("decay") ? s.number("decay") : g.decay());
        });
    }
}
