package headroom.engine.tape.stack;

import headroom.engine.compute.Tensor;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import java.util.List;

/**
 * One layer of a stack, bound to a batch: a pure function of its input, its parameters and the keys of the pass. It may run without a tape, or twice in one step with
 * the same result.
 */
public interface Block {
    String path();

    /** Everything it could train, adapters included. */
    List<Parameter> parameters();

    /** x [N, d] → [N, d]; x is read for the last time. */
    Value forward(Pass pass, Value x);

    /** Attention and feed-forward, each with its residual and its norm: run one after the other they are this block. */
    default List<Block> halves() {
        throw new UnsupportedOperationException(path() + " has no halves");
    }

    /** What an adapter puts on a second stream that runs along this block, as a function of that stream; null if there is nothing in this pass. */
    default Block beside(Pass pass) {
        return null;
    }

    /**
     * What a frozen block gives where queries stand beside its tokens.
     *
     * @param output of the block [N, d], a constant
     * @param summary what the queries became [B·t, d]; null if there are none in this pass
     */
    record Reading(Value output, Value summary) {}

    /**
     * Runs the block without a tape, and on the tape of the pass the way of the queries that read its keys and values.
     *
     * @param x [N, d], read for the last time
     */
    default Reading read(Pass pass, Value x) {
        throw new UnsupportedOperationException(path() + " has no place for queries");
    }

    /** Valid tokens of each sequence of its batch [B] (int64); borrowed. */
    default Tensor lengths() {
        throw new UnsupportedOperationException(path() + " does not tell its batch");
    }

    /**
     * The same block for some of the tokens of its batch, as many of each sequence.
     *
     * @param sequences of the tokens [M] (int64), −1 for padding; borrowed
     * @param positions of the tokens in their sequences [M] (int64); borrowed
     */
    default Block among(Tensor sequences, Tensor positions) {
        throw new UnsupportedOperationException(path() + " takes all tokens of its batch");
    }

    /**
     * How much the tokens of each block of so many attend to others and are attended to, [B, n]; owned by the caller.
     *
     * @param x input of this block [N, d]; borrowed
     */
    default Tensor informativeness(Pass pass, Tensor x, long tokens) {
        throw new UnsupportedOperationException(path() + " has no attention");
    }
}
