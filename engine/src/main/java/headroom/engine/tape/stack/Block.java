package headroom.engine.tape.stack;

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
}
