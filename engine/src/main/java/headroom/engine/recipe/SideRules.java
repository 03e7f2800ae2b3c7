package headroom.engine.recipe;

import headroom.engine.model.ModelConfig;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What blocks without a tape, and what stands beside them, can go with: one sentence per clash. */
final class SideRules {
    private SideRules() {}

    static void check(Recipe r, ModelConfig model, List<String> clashes) {
        if (r.activations() instanceof ActivationsChoice.UntapedBlocks) {
            frozen(r, clashes);
        }
        if (r.adapter() instanceof AdapterChoice.LadderNetwork l) {
            ladder(r, l, model, clashes);
        }
        measured(r, clashes);
    }

    private static void ladder(Recipe r, AdapterChoice.LadderNetwork l, ModelConfig model, List<String> clashes) {
        if (!(r.activations() instanceof ActivationsChoice.UntapedBlocks)) {
            clashes.add("adapter LadderNetwork climbs beside blocks that are run without a tape, and activations " + Validator.name(r.activations())
                    + " run them another way; use UntapedBlocks, which keep nothing of the blocks");
        }
        if (l.reduction() < 1 || l.every() < 0 || !(l.dropout() >= 0 && l.dropout() < 1)) {
            clashes.add("LadderNetwork by " + l.reduction() + " that reads every " + l.every() + " blocks with dropout " + l.dropout() + "; use at least 1, at least 0 (the last alone) and dropout in [0, 1)");
            return;
        }
        if (!l.taps().isEmpty() && (l.taps().getFirst() < 0 || l.taps().getLast() >= model.layers())) {
            clashes.add("LadderNetwork reads blocks " + l.taps() + ", and the model has " + model.layers() + ", counted from 0; name those that there are");
        }
        try {
            model.narrowed(l.reduction(), 1);
        } catch (IllegalArgumentException e) {
            clashes.add("adapter LadderNetwork: " + e.getMessage() + "; use " + IntStream.rangeClosed(2, 64).filter(n -> divides(model, n)).mapToObj(Integer::toString).collect(Collectors.joining(", ")));
        }
        if (l.start() == AdapterChoice.LadderStart.PRUNED && r.weights() instanceof WeightsChoice.Cut) {
            clashes.add("adapter LadderNetwork with start PRUNED cuts blocks of one width, and weights Cut have taken out other widths of each; use start RANDOM, or DenseWeights");
        }
    }

    /** Squared gradients belong to a network that is cut by them, and to weights that have gradients. */
    private static void measured(Recipe r, List<String> clashes) {
        boolean wanted = r.adapter() instanceof AdapterChoice.LadderNetwork l && l.start() == AdapterChoice.LadderStart.FISHER;
        boolean made = r.run() instanceof RunChoice.Phases p && p.prepare() instanceof RunChoice.FisherScores;
        if (wanted && !made) {
            clashes.add("adapter LadderNetwork with start FISHER, and nothing measures squared gradients before the first step; prepare the run with FisherScores, or start PRUNED");
        }
        if (made && !wanted) {
            clashes.add("run prepares FisherScores, and adapter " + Validator.name(r.adapter()) + " is not cut by them; use LadderNetwork with start FISHER, or prepare nothing");
        }
        if (wanted && !(r.weights() instanceof WeightsChoice.Dense)) {
            clashes.add("adapter LadderNetwork with start FISHER wants gradients of the model's weights, and weights " + WeightPresets.wordOf(r.weights()) + " have none; use start PRUNED, or DenseWeights");
        }
        if (wanted && r.data().pack()) {
            clashes.add("adapter LadderNetwork with start FISHER takes one example at a time, and data pack puts several into a row; use start PRUNED, or pack false");
        }
    }

    private static boolean divides(ModelConfig model, int n) {
        try {
            return model.narrowed(n, 1).hidden() > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static void notes(Recipe r, List<String> notes) {
        if (r.adapter() instanceof AdapterChoice.LadderNetwork) {
            notes.add("The network beside the model answers in place of it: the first loss is that of an untrained end, far above the pre-trained model's, and the result is no dense model.");
        }
    }

    /** No backward pass comes into the blocks or before them, so nothing there may train. */
    private static void frozen(Recipe r, List<String> clashes) {
        switch (r.selector()) {
            case SelectorChoice.AdapterOnly _ -> { }
            case SelectorChoice.NamedParameters n when n.names().isEmpty() -> { }
            case SelectorChoice s -> clashes.add("activations UntapedBlocks have no backward pass through the blocks, and selector " + Validator.name(s)
                    + " would train in them or before them; use AdapterOnly with an adapter that stands beside the blocks, or KeepNeeded");
        }
        switch (r.adapter()) {
            case AdapterChoice.None _, AdapterChoice.LadderNetwork _, AdapterChoice.QueryTokens _ -> { }
            case AdapterChoice a -> clashes.add("activations UntapedBlocks have no backward pass through the blocks, and adapter " + Validator.name(a)
                    + " stands in them or before them and would never train; use KeepNeeded or BlockCheckpoint, or an adapter that reads taps");
        }
        if (r.gradient() instanceof GradientChoice.SplitEstimate) {
            clashes.add("gradient SplitEstimate runs the blocks in two parts of its own, and activations UntapedBlocks run them all without a tape; use Backprop, or KeepNeeded");
        }
    }
}
