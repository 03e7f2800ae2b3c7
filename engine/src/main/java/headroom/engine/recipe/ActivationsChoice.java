package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import headroom.engine.tape.stack.ReversibleStack;
import headroom.engine.tape.stack.SideStack;
import headroom.engine.tape.stack.TokenSubsetStack;

/**
 * Slot 5, activations: what stays in memory between forward and backward, and whether the logits of the loss ever exist as a whole. A recipe that was stored before a part
 * of this existed leaves it out, and gets what was done then.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = ActivationsChoice.KeepNeeded.class, name = "KeepNeeded"),
        @JsonSubTypes.Type(value = ActivationsChoice.BlockCheckpoint.class, name = "BlockCheckpoint"),
        @JsonSubTypes.Type(value = ActivationsChoice.ReversibleStreams.class, name = "ReversibleStreams"),
        @JsonSubTypes.Type(value = ActivationsChoice.TokenSubset.class, name = "TokenSubset"),
        @JsonSubTypes.Type(value = ActivationsChoice.UntapedBlocks.class, name = "UntapedBlocks"),
        @JsonSubTypes.Type(value = ActivationsChoice.ForwardOnly.class, name = "ForwardOnly")})
public sealed interface ActivationsChoice {
    /** How the loss is computed from the last hidden states. */
    Loss loss();

    /** In which form and where tensors are kept. */
    SavesChoice saves();

    /** The same with another loss. */
    ActivationsChoice with(Loss loss);

    /** Exactly what the backward pass will read. */
    record KeepNeeded(SavesChoice saves, Loss loss) implements ActivationsChoice {
        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        public KeepNeeded {
            saves = orWhole(saves);
            loss = orWhole(loss);
        }

        public KeepNeeded(Loss loss) {
            this(new SavesChoice.WholeSaves(), loss);
        }

        public KeepNeeded() {
            this(new WholeLoss());
        }

        public KeepNeeded(SavesChoice saves) {
            this(saves, new WholeLoss());
        }

        @Override
        public KeepNeeded with(Loss l) {
            return new KeepNeeded(saves, l);
        }
    }

    /**
     * The inputs of some blocks; the rest is computed again. The last segment stays where a dry run of the largest batch shows that it does not raise the peak.
     *
     * @param every blocks of a segment; 0 makes about √L segments of L blocks
     * @param budget bytes of the device: as few of the first blocks are computed again as let a dry run of the largest batch stay within them; 0 checkpoints all blocks
     */
    record BlockCheckpoint(int every, long budget, SavesChoice saves, Loss loss) implements ActivationsChoice {
        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        public BlockCheckpoint {
            saves = orWhole(saves);
            loss = orWhole(loss);
        }

        public BlockCheckpoint(int every) {
            this(every, 0, new SavesChoice.WholeSaves(), new WholeLoss());
        }

        /** As few blocks as a number of bytes demands. */
        public static BlockCheckpoint within(long budget) {
            return new BlockCheckpoint(1, budget, new SavesChoice.WholeSaves(), new WholeLoss());
        }

        @Override
        public BlockCheckpoint with(Loss l) {
            return new BlockCheckpoint(every, budget, saves, l);
        }
    }

    /**
     * The last pair of two streams: the blocks run as a reversible network ({@link ReversibleStack}), whose inputs are computed back from its outputs. It is another function than
     * the blocks in a row, so the result stays with the streams: nothing merges.
     *
     * @param wiring which functions of a layer the streams pass
     * @param lambda λ, of the stream that the first function is added to
     * @param beta β, of the stream that the second function is added to
     * @param every blocks between pairs that are kept; 0 keeps the last one only
     */
    record ReversibleStreams(ReversibleStack.Wiring wiring, double lambda, double beta, int every, SavesChoice saves, Loss loss) implements ActivationsChoice {
        /** The small factor of the paper's runs. */
        public static final double FACTOR = 0.1;

        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        public ReversibleStreams {
            saves = orWhole(saves);
            loss = orWhole(loss);
        }

        public ReversibleStreams(ReversibleStack.Wiring wiring, double lambda, double beta, int every) {
            this(wiring, lambda, beta, every, new SavesChoice.WholeSaves(), new WholeLoss());
        }

        /** The same with the factor that is small in the published runs: of the stream that a layer, or half of one, is added to. An adapter is added to the whole of the other. */
        public ReversibleStreams small(double factor) {
            return new ReversibleStreams(wiring, wiring == ReversibleStack.Wiring.LAYER_SECOND ? lambda : factor, wiring == ReversibleStack.Wiring.LAYER_FIRST ? beta : factor, every, saves, loss);
        }

        public ReversibleStreams keeping(int everyBlocks) {
            return new ReversibleStreams(wiring, lambda, beta, everyBlocks, saves, loss);
        }

        /** Most blocks between kept pairs at which float32 still tells the streams apart, at the published factors. */
        public static int most(ReversibleStack.Wiring wiring) {
            return wiring == ReversibleStack.Wiring.HALVES ? 2 : 3;
        }

        @Override
        public ReversibleStreams with(Loss l) {
            return new ReversibleStreams(wiring, lambda, beta, every, saves, l);
        }
    }

    /**
     * What some of the tokens need: later layers go on without the others, which pass as they are ({@link TokenSubsetStack}). Training only; an evaluation takes all tokens.
     *
     * @param kept share of the blocks of tokens that a layer goes on with
     * @param tokens of a block
     * @param from layers at the beginning that take all tokens, 0 for half of them; the last always does
     * @param whole true leaves tokens out of whole layers, false out of attention alone
     * @param choosing by the layer's attention or by a key
     */
    record TokenSubset(double kept, int tokens, int from, boolean whole, TokenSubsetStack.Choosing choosing, SavesChoice saves, Loss loss) implements ActivationsChoice {
        /** Tokens of a block, as published. */
        public static final int BLOCK = 64;

        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        public TokenSubset {
            saves = orWhole(saves);
            loss = orWhole(loss);
        }

        public TokenSubset(double kept, int tokens, int from, boolean whole, TokenSubsetStack.Choosing choosing) {
            this(kept, tokens, from, whole, choosing, new SavesChoice.WholeSaves(), new WholeLoss());
        }

        @Override
        public TokenSubset with(Loss l) {
            return new TokenSubset(kept, tokens, from, whole, choosing, saves, l);
        }
    }

    /**
     * Nothing of the model's blocks, which are frozen: what trains stands beside them and keeps what it needs, the taps among it ({@link SideStack}). Which outputs are tapped is said by
     * the adapter that reads them.
     */
    record UntapedBlocks(SavesChoice saves, Loss loss) implements ActivationsChoice {
        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        public UntapedBlocks {
            saves = orWhole(saves);
            loss = orWhole(loss);
        }

        public UntapedBlocks() {
            this(new SavesChoice.WholeSaves(), new WholeLoss());
        }

        @Override
        public UntapedBlocks with(Loss l) {
            return new UntapedBlocks(saves, l);
        }
    }

    /** Nothing: there is no backward pass. */
    record ForwardOnly(Loss loss) implements ActivationsChoice {
        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        public ForwardOnly {
            loss = orWhole(loss);
        }

        public ForwardOnly() {
            this(new WholeLoss());
        }

        @Override
        public SavesChoice saves() {
            return new SavesChoice.WholeSaves();
        }

        @Override
        public ForwardOnly with(Loss l) {
            return new ForwardOnly(l);
        }
    }

    /** How logits and losses are computed, in training and in evaluation. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = WholeLoss.class, name = "WholeLoss"), @JsonSubTypes.Type(value = SegmentedLoss.class, name = "SegmentedLoss")})
    sealed interface Loss {}

    /** The logits of all positions at once, kept for the backward pass: N × V elements, and as many again for their gradient. */
    record WholeLoss() implements Loss {}

    /**
     * Head product and cross-entropy for some rows at a time, forward and again backward: logits never exist as a whole.
     *
     * @param rows of a segment; 0 takes as many as give a segment's logits about the size of the hidden states
     */
    record SegmentedLoss(int rows) implements Loss {
        public static final SegmentedLoss AUTOMATIC = new SegmentedLoss(0);
    }

    private static SavesChoice orWhole(SavesChoice saves) {
        return saves == null ? new SavesChoice.WholeSaves() : saves;
    }

    private static Loss orWhole(Loss loss) {
        return loss == null ? new WholeLoss() : loss;
    }
}
