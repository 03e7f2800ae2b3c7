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
}
