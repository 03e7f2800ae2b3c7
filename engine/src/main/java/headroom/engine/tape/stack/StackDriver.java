package headroom.engine.tape.stack;

import headroom.engine.compute.Compute;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import java.util.List;

/** Runs a model's blocks. A model never loops over its own blocks: what is kept between them is the choice of exactly one driver per recipe. */
@FunctionalInterface
public interface StackDriver {
    /** Runs the blocks in order; x is read for the last time. */
    Value run(Pass pass, List<? extends Block> blocks, Value x);

    /** True if it runs a network beside the blocks, whose hidden states are then the model's. */
    default boolean climbs() {
        return false;
    }

    /**
     * Runs the blocks with a network beside them; x is read for the last time.
     *
     * @return hidden states of that network
     * @throws UnsupportedOperationException if this driver runs none
     */
    default Value run(Pass pass, List<? extends Block> blocks, Value x, Ladder beside) {
        throw new UnsupportedOperationException("no network is run beside the blocks");
    }

    /** Every block on the tape. */
    StackDriver PLAIN = StackDriver::plain;

    private static Value plain(Pass pass, List<? extends Block> blocks, Value x) {
        Compute c = pass.compute();
        String before = c.owner();
        Value v = x;
        for (Block b : blocks) {
            c.within(b.path());
            v = b.forward(pass, v.last());
        }
        c.within(before);
        return v;
    }
}
