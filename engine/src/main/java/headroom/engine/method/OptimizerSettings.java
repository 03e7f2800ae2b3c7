package headroom.engine.method;

import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.OptimizerChoice.Clip;
import headroom.engine.recipe.OptimizerChoice.HostState;
import headroom.engine.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The parts of the optimizer slot that every method may change: what is not set stays as the method's recipe has it. */
final class OptimizerSettings {
    private OptimizerSettings() {}

    static List<Setting> of(Recipe r) {
        OptimizerChoice o = r.optimizer();
        List<Setting> all = new ArrayList<>();
        boolean gradients = r.gradient() instanceof GradientChoice.Backprop;
        if (gradients) {
            all.add(Setting.number("clip", o.clip().limit(), 0, 1e9, "bound of the gradient, 0 for no clipping"));
        }
        if (keepsMoments(o.rule())) {
            all.add(Setting.choice("state", word(o.state()), o.rule() instanceof OptimizerChoice.Adafactor ? List.of("f32", "bf16") : List.of("f32", "bf16", "int8"),
                    "how moments are kept: bf16 keeps no master copy; int8 codes blocks in 8 bits"));
        }
        all.add(Setting.number("decay", o.rule().decay(), 0, 1, "weight decay"));
        if (gradients) {
            all.add(Setting.choice("residence", word(o.residence()), List.of("device", "host", "paged"),
                    "where optimizer state rests: on the device; on the host, where it is stepped too; or on the host, coming to the device for its step"));
            all.add(Setting.flag("fused", o.inBackward(), "step each parameter in the backward pass and free its gradient; without accumulation, and each tensor clipped by its own norm"));
        }
        return all;
    }

    static OptimizerChoice apply(Settings s, OptimizerChoice given) {
        OptimizerChoice.Schedule old = given.schedule();
        OptimizerChoice o = given.with(new OptimizerChoice.Schedule(s.has("rate") ? s.number("rate") : old.rate(), s.has("warmup") ? s.number("warmup") : old.warmup(),
                s.has("schedule") ? OptimizerChoice.Schedule.Shape.valueOf(s.text("schedule").toUpperCase(Locale.ROOT)) : old.shape()));
        if (s.has("clip")) {
            o = clipped(o, s.number("clip"));
        }
        if (s.has("state")) {
            o = stated(o, s.text("state"));
        }
        if (s.has("residence") && !s.text("residence").equals(word(o.residence()))) {
            o = o.with(switch (s.text("residence")) {
                case "host" -> HostState.offloaded();
                case "paged" -> HostState.pages();
                default -> new OptimizerChoice.DeviceState();
            });
        }
        if (s.has("fused")) {
            o = o.steppingInBackward(s.flag("fused"));
        }
        return s.has("decay") ? o.with(o.rule().withDecay(s.number("decay"))) : o;
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

    private static String word(OptimizerChoice.Residence residence) {
        return switch (residence) {
            case OptimizerChoice.DeviceState _ -> "device";
            case HostState h -> h.paged() ? "paged" : "host";
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

    /** Another bound of the same kind; clipping that was off begins as the global norm. */
    private static OptimizerChoice clipped(OptimizerChoice o, double limit) {
        return limit == 0 ? o.withClip(0) : switch (o.clip()) {
            case Clip.None _ -> o.withClip(limit);
            case Clip.Value _ -> o.with(new Clip.Value(limit));
            case Clip.PerTensor _ -> o.with(new Clip.PerTensor(limit));
            case Clip.Global g -> o.with(new Clip.Global(limit, g.normPass()));
            case Clip.PerGroup _ -> o.with(new Clip.PerGroup(limit));
        };
    }
}
