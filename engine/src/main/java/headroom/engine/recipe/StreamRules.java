package headroom.engine.recipe;

import headroom.engine.model.ModelConfig;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.stack.ReversibleStack;
import java.util.List;
import java.util.Locale;

/** What two streams that are computed back can stand beside, one sentence per clash. */
final class StreamRules {
    /** Point beside a block that only a pair of streams passes. */
    private static final String STREAM = "stream";
    /** Largest relative error of streams that are computed back: gradients made from them still have three digits. */
    private static final double LARGEST_DRIFT = 7e-4;

    private StreamRules() {}

    static void check(Recipe r, ModelConfig model, List<String> clashes) {
        beside(r, clashes);
        if (!(r.activations() instanceof ActivationsChoice.ReversibleStreams s)) {
            return;
        }
        if (!(s.lambda() > 0 && s.lambda() <= 1 && s.beta() > 0 && s.beta() <= 1) || s.every() < 0) {
            clashes.add("ReversibleStreams with λ " + s.lambda() + " and β " + s.beta() + ", kept every " + s.every() + " blocks; use factors above 0 and at most 1, and 0 blocks for the last pair alone");
            return;
        }
        if (r.compute() == ComputeType.BF16) {
            clashes.add("activations ReversibleStreams divide by λ " + s.lambda() + " and β " + s.beta() + " to come back, and compute BF16 has too few digits for that; use compute F32, or BlockCheckpoint");
        }
        if (s.saves() instanceof SavesChoice.CodedSaves c && c.codes().containsKey(Keeper.Role.BLOCK_INPUT)) {
            clashes.add("activations ReversibleStreams compute block inputs back from the streams they keep, and CodedSaves of role BLOCK_INPUT would multiply its error by 1/(λβ) a block; "
                    + "code other roles, or use BlockCheckpoint");
        }
        int blocks = s.every() == 0 ? model.layers() : Math.min(s.every(), model.layers());
        int most = most(s, model.layers());
        if (blocks > most) {
            clashes.add(String.format(Locale.ROOT, "activations ReversibleStreams through %d blocks with λ %s and β %s would come back with a relative error of about %.0e in float32; %s", blocks,
                    s.lambda(), s.beta(), ReversibleStack.drift(s.lambda(), s.beta(), blocks), most == 0 ? "use larger factors" : "keep a pair every %d blocks or fewer, or use larger factors".formatted(most)));
        }
    }

    /** What is fine to run but worth knowing. */
    static void notes(Recipe r, List<String> notes) {
        if (r.activations() instanceof ActivationsChoice.ReversibleStreams s) {
            notes.add("The blocks run as two streams, in training and ever after: the result is no dense model. Block inputs are computed back" + (s.every() == 0 ? " from the last pair of streams"
                    : String.format(Locale.ROOT, " with a relative error of about %.0e at most", ReversibleStack.drift(s.lambda(), s.beta(), s.every()))) + ", and gradients are as exact as these.");
        }
        if (r.activations() instanceof ActivationsChoice.TokenSubset t && t.kept() < 1) {
            notes.add("Later layers train on some of the tokens and are evaluated on all: the training loss is not that of the model as it will be used; go by the evaluations.");
        }
    }

    /** Most blocks in a row that come back near enough. */
    private static int most(ActivationsChoice.ReversibleStreams s, int layers) {
        int most = layers;
        while (most > 0 && ReversibleStack.drift(s.lambda(), s.beta(), most) > LARGEST_DRIFT) {
            most--;
        }
        return Math.min(s.lambda(), s.beta()) <= ActivationsChoice.ReversibleStreams.FACTOR ? Math.min(most, ActivationsChoice.ReversibleStreams.most(s.wiring())) : most;
    }

    /** Networks on a second stream want one. */
    private static void beside(Recipe r, List<String> clashes) {
        List<String> points = switch (r.adapter()) {
            case AdapterChoice.Bottleneck b -> b.points();
            case AdapterChoice.ActivationGates g -> g.points();
            default -> List.of();
        };
        boolean has = r.activations() instanceof ActivationsChoice.ReversibleStreams s && s.wiring() != ReversibleStack.Wiring.HALVES;
        if (!has && points.stream().anyMatch(p -> p.equals(STREAM) || p.endsWith("." + STREAM))) {
            clashes.add("adapter " + Validator.name(r.adapter()) + " at " + STREAM + " stands beside a block on the second of two streams, and activations " + (
                    r.activations() instanceof ActivationsChoice.ReversibleStreams ? "ReversibleStreams of halves have" : Validator.name(r.activations()) + " have")
                    + " no place for it; use ReversibleStreams that pass whole layers, or leave " + STREAM + " out of its points");
        }
    }
}
