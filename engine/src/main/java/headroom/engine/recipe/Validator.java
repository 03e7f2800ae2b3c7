package headroom.engine.recipe;

import headroom.engine.compute.DType;
import headroom.engine.model.ModelConfig;
import headroom.engine.tape.Keeper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Holds a recipe as a whole against what its parts can do together. A refusal names the two choices that clash and what would work. */
public final class Validator {
    private Validator() {}

    /**
     * @throws IllegalArgumentException with one sentence per clash
     */
    public static void require(Recipe r, ModelConfig model) {
        List<String> clashes = new ArrayList<>();
        boolean estimated = r.gradient() instanceof GradientChoice.TwoPointEstimate;
        if (estimated && !(r.activations() instanceof ActivationsChoice.ForwardOnly)) {
            clashes.add("gradient TwoPointEstimate keeps no activations, so activations must be ForwardOnly, not " + name(r.activations()));
        }
        if (!estimated && r.activations() instanceof ActivationsChoice.ForwardOnly) {
            clashes.add("activations ForwardOnly leave nothing for Backprop to read; choose KeepNeeded, BlockCheckpoint, ReversibleStreams, TokenSubset or UntapedBlocks, or gradient TwoPointEstimate");
        }
        if (estimated && r.compute() == ComputeType.BF16 && r.weights() instanceof WeightsChoice.Dense && r.adapter() instanceof AdapterChoice.None) {
            clashes.add("steps of TwoPointEstimate are smaller than the spacing of bf16 weights, so they would vanish; use compute F32, or an adapter");
        }
        if (r.activations() instanceof ActivationsChoice.BlockCheckpoint b && (b.every() < 0 || b.budget() < 0)) {
            clashes.add("checkpoints every " + b.every() + " blocks within " + b.budget() + " bytes; use at least 1, or 0 for the square root of their number and for no budget");
        }
        split(r, model, clashes);
        saves(r.activations().saves(), clashes);
        StreamRules.check(r, model, clashes);
        TokenRules.check(r, model, clashes);
        SideRules.check(r, model, clashes);
        if (r.activations().loss() instanceof ActivationsChoice.SegmentedLoss s && s.rows() < 0) {
            clashes.add("a loss in segments of " + s.rows() + " rows; use at least 1, or 0 for the automatic size");
        }
        weights(r, clashes);
        OptimizerRules.check(r, clashes);
        AdapterRules.check(r, clashes);
        SelectorRules.check(r, model, clashes);
        RunRules.check(r, model, clashes);
        JobRules.check(r, clashes);
        if (r.data().batch() < 1 || r.data().accumulate() < 1 || r.data().length() < 1) {
            clashes.add("batch " + r.data().batch() + ", accumulate " + r.data().accumulate() + ", length " + r.data().length() + "; each must be at least 1");
        }
        if (r.data().length() > model.maxPositions()) {
            clashes.add("length " + r.data().length() + " is more than the " + model.maxPositions() + " positions of the model");
        }
        if (r.data().select() != null) {
            r.data().select().check(clashes);
        }
        PointAdapterRules.check(r, model, clashes);
        QueryRules.check(r, clashes);
        refuse(clashes);
    }

    /**
     * What the recipe is used for.
     *
     * @throws IllegalArgumentException with one sentence per clash
     */
    public static void require(Recipe r, Assembly.Task task) {
        List<String> clashes = new ArrayList<>();
        QueryRules.check(r, task, clashes);
        refuse(clashes);
    }

    private static void refuse(List<String> clashes) {
        if (!clashes.isEmpty()) {
            throw new IllegalArgumentException(String.join("; and ", clashes) + ".");
        }
    }

    private static void split(Recipe r, ModelConfig model, List<String> clashes) {
        if (!(r.gradient() instanceof GradientChoice.SplitEstimate s)) {
            return;
        }
        if (s.block() < 1 || s.block() > model.layers() || !(s.epsilon() > 0) || s.rate() < 0) {
            clashes.add("SplitEstimate from block " + s.block() + " of " + model.layers() + " with ε " + s.epsilon() + " and rate factor " + s.rate() + "; give a block from 1 to " + model.layers()
                    + ", an ε above 0 and a factor of at least 0, or use Backprop, or TwoPointEstimate for all");
        }
        if (model.tiedHead() && !model.family().isEncoder() && !(r.selector() instanceof SelectorChoice.AdapterOnly)) {
            clashes.add("gradient SplitEstimate estimates the embeddings and gives the head exact gradients, and this model has one table for both; use a model with a head of its own, or Backprop");
        }
        if (r.compute() == ComputeType.BF16 && r.adapter() instanceof AdapterChoice.None) {
            clashes.add("steps of SplitEstimate are smaller than the spacing of bf16 weights, so they would vanish; use compute F32, or an adapter");
        }
        if (r.optimizer().inBackward() && r.optimizer().clip() instanceof OptimizerChoice.Clip.Global g && g.normPass()) {
            clashes.add("gradient SplitEstimate runs its passes once, and a Global clip with a norm pass would run them twice; use PerTensor, or step at the boundary");
        }
        if (r.adapter() instanceof AdapterChoice.PrefixKv p && p.hidden() > 0) {
            clashes.add("gradient SplitEstimate needs every parameter on one side of its block, and the network of a PrefixKv makes the rows of all layers; use a table (hidden 0), or Backprop");
        }
    }

    private static void weights(Recipe r, List<String> clashes) {
        boolean inPlace = r.selector().trainsMatrices();
        String clash = ", and selector " + name(r.selector()) + " would train them; add an adapter and use AdapterOnly, or use DenseWeights";
        switch (r.weights() instanceof WeightsChoice.Cut cut ? cut.of() : r.weights()) {
            case WeightsChoice.Dense d when inPlace && d.stored() == WeightsChoice.StoredType.F16 ->
                    clashes.add("weights stored in float16 are read by products in " + r.compute() + " and frozen" + clash);
            case WeightsChoice c when inPlace && (c instanceof WeightsChoice.NormalFloat || c instanceof WeightsChoice.Float4) -> clashes.add("weights " + WeightPresets.wordOf(c) + " are frozen codes" + clash);
            case WeightsChoice.HostBlock _ when inPlace -> clashes.add("weights on the host visit the device to be read and are frozen" + clash);
            case WeightsChoice.IntegerCodes i when inPlace && !i.trainScales() -> clashes.add("weights " + WeightPresets.wordOf(i) + " are frozen codes" + clash);
            default -> { }
        }
    }

    private static void saves(SavesChoice saves, List<String> clashes) {
        if (saves instanceof SavesChoice.HostSaves h && h.from() < 1) {
            clashes.add("saves of " + h.from() + " elements and more to the host; use at least 1");
        }
        if (saves instanceof SavesChoice.CodedSaves c) {
            c.codes().keySet().stream().filter(role -> !SavesChoice.CODEABLE.contains(role)).sorted().forEach(role -> clashes.add("CodedSaves of role " + role
                    + ": what the loss reads and statistics of norms and attention must be exact; code LINEAR_INPUT, NONLINEAR, ATTENTION or BLOCK_INPUT"));
            c.codes().entrySet().stream().filter(e -> e.getValue() instanceof SavesChoice.SampledRows && e.getKey() != Keeper.Role.LINEAR_INPUT && SavesChoice.CODEABLE.contains(e.getKey()))
                    .sorted(Map.Entry.comparingByKey()).forEach(e -> clashes.add("SampledRows of role " + e.getKey()
                            + ": only the weight gradient of a linear layer is right on average from some of its rows; sample LINEAR_INPUT, and code the other roles"));
            c.codes().values().stream().distinct().forEach(code -> {
                switch (code) {
                    case SavesChoice.Groups g when g.bits() != 2 && g.bits() != 4 && g.bits() != 8 || g.group() < 8 || g.group() % 8 != 0 -> clashes.add("saves in codes of "
                            + g.bits() + " bits in groups of " + g.group() + "; use 2, 4 or 8 bits and a multiple of 8");
                    case SavesChoice.Groups g -> { }
                    case SavesChoice.Float8 f when f.type() != DType.F8_E4M3 && f.type() != DType.F8_E5M2 || f.group() < 0 -> clashes.add("saves as " + f.type()
                            + " in groups of " + f.group() + "; use F8_E4M3 or F8_E5M2, and at least 1, or 0 for one scale a tensor");
                    case SavesChoice.Float8 f -> { }
                    case SavesChoice.SampledRows some when !(some.kept() > 0 && some.kept() < 1) -> clashes.add("SampledRows that keep a share of " + some.kept()
                            + " of the rows; use more than 0 and less than 1");
                    case SavesChoice.SampledRows some -> { }
                }
            });
        }
    }

    static String name(Object choice) {
        return choice.getClass().getSimpleName();
    }
}
