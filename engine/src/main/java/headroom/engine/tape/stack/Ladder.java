package headroom.engine.tape.stack;

import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;

/**
 * A network beside a stack of frozen blocks, bound to a batch: a narrower stream of its own that takes in what some of the blocks make and never gives anything back to them
 * (LST 2022). All that it reads of the stack is constant to it.
 */
public interface Ladder {
    /** Its stream begins: x [N, d], the input of the first block → s [N, d'] . */
    Value begin(Pass pass, Value x);

    /** True if it reads what the block of a number makes. */
    boolean reads(int block);

    /** Number of the last block that it reads: those above need not run. */
    int last();

    /**
     * Its stream past the block of a number: s [N, d'], tap [N, d] → s [N, d'].
     *
     * @param s read for the last time
     * @param tap what the block made, read for the last time
     */
    Value climb(Pass pass, int block, Value s, Value tap);

    /** Hidden states in place of the stack's: s [N, d'], read for the last time → [N, d]. */
    Value end(Pass pass, Value s);
}
