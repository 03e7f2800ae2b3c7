package headroom.engine.workbench;

import headroom.engine.recipe.OptimizerChoice;
import java.util.ArrayList;
import java.util.List;

/** What fills the optimizer slot, in words: the rule first, then each part that is not at its default. */
final class OptimizerWords {
    private OptimizerWords() {}

    static String of(OptimizerChoice o) {
        final List<String> words = new ArrayList<>();
        words.add(rule(o));
        if (o.subspace() instanceof OptimizerChoice.LowRank low) {
            words.add("in a %s of rank %d, renewed every %d steps%s".formatted(low.law() == OptimizerChoice.LowRank.Law.RANDOM ? "random subspace" : "subspace", low.rank(), low.refresh(),
                    low.clearMoments() ? " with fresh moments" : ""));
        }
        if (o.inBackward()) {
            words.add("stepping in the backward pass");
            if (o.clip() instanceof OptimizerChoice.Clip.Global all) {
                words.add(all.normPass() ? "the norm of all gradients found by a first one" : "each tensor clipped by its own norm");
            }
        }
        if (o.clip() instanceof OptimizerChoice.Clip.PerGroup own) {
            words.add("each group of parameters clipped by its own norm at " + SlotWords.number(own.limit()));
        }
        switch (o.residence()) {
            case OptimizerChoice.DeviceState _ -> { }
            case OptimizerChoice.HostState host -> words.add((host.paged() ? "state paged to host memory" : "state and step in host memory")
                    + (host.from() > 1 ? " from %,d elements".formatted(host.from()) : ""));
        }
        switch (o.lifecycle()) {
            case OptimizerChoice.Keep _ -> { }
            case OptimizerChoice.RemapSupport _ -> words.add("state moves with the elements that train on");
            case OptimizerChoice.DropOnFreeze drop -> words.add("dropped where a block freezes" + (drop.resetEvery() > 0 ? ", begun again every %d steps".formatted(drop.resetEvery()) : ""));
            case OptimizerChoice.ResetState reset -> words.add("state begun again every %d steps%s%s".formatted(reset.every(),
                    reset.groups().isEmpty() ? "" : " in " + String.join(", ", reset.groups()), reset.rewarm() > 1 ? ", rate rising over %d".formatted(reset.rewarm()) : ""));
        }
        o.groups().forEach((name, group) -> words.add(group(name, group)));
        return String.join(", ", words);
    }

    private static String rule(OptimizerChoice o) {
        return switch (o.rule()) {
            case OptimizerChoice.AdamW a -> "AdamW, %sstate %s".formatted(a.entryClocks() ? "a clock for each entry, " : "", state(o.state()));
            case OptimizerChoice.Sgd sgd when sgd.momentum() == 0 -> "SGD, no state";
            case OptimizerChoice.Sgd sgd -> "SGD, %smomentum %s, state %s".formatted(sgd.nesterov() ? "Nesterov " : "", SlotWords.number(sgd.momentum()), state(o.state()));
            case OptimizerChoice.SignSgd _ -> "sign SGD, no state";
            case OptimizerChoice.Lion _ -> "Lion, state " + state(o.state());
            case OptimizerChoice.Adafactor a -> "Adafactor%s%s".formatted(a.relativeStep() ? ", step bounded by 1/√t" : "", a.beta1() > 0 ? ", moment " + state(o.state()) : "");
            case OptimizerChoice.ApolloScaling a -> "raw gradient scaled %s by AdamW on its sketch, state %s".formatted(a.whole() ? "as a whole" : "by channel", state(o.state()));
        };
    }

    static String state(OptimizerChoice.StateCodec state) {
        return switch (state) {
            case OptimizerChoice.Float32State _ -> "f32";
            case OptimizerChoice.Bf16State _ -> "bf16";
            case OptimizerChoice.Dynamic8State code -> "8 bit, blocks of " + code.block();
        };
    }

    private static String group(String name, OptimizerChoice.Group group) {
        final List<String> words = new ArrayList<>();
        if (group.rate() != 1) {
            words.add("rate × " + SlotWords.number(group.rate()));
        }
        if (!group.decay()) {
            words.add("no decay");
        }
        if (group.clip() != null) {
            words.add("clipped at " + SlotWords.number(group.clip().limit()));
        }
        if (group.floor() != null) {
            words.add("at least " + SlotWords.number(group.floor()));
        }
        return "group %s: %s".formatted(name, words.isEmpty() ? "as the rest" : String.join(", ", words));
    }
}
