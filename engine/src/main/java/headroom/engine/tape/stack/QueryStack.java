package headroom.engine.tape.stack;

import headroom.engine.compute.Compute;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import java.util.List;
import java.util.function.Consumer;

/**
 * Frozen blocks that queries read (VQT 2023): the stream of tokens passes them without a tape, bit for bit as if nobody looked, and each block's queries leave it as a summary.
 * No summary enters a later block, so no gradient goes from block to block.
 *
 * @param summaries takes what the queries of each block became [B·t, d], in the order of the blocks
 */
public record QueryStack(Consumer<Value> summaries) implements StackDriver {
    /** @throws IllegalArgumentException if something before the blocks trains */
    @Override
    public Value run(Pass pass, List<? extends Block> blocks, Value x) {
        if (x.needsGradient()) {
            throw new IllegalArgumentException("blocks that queries read get a value that needs a gradient, which would end there; train nothing before them");
        }
        Compute c = pass.compute();
        String before = c.owner();
        Value v = x;
        for (Block b : blocks) {
            c.within(b.path());
            Block.Reading reading = b.read(pass, v.last());
            if (reading.summary() != null) {
                summaries.accept(reading.summary());
            }
            v = reading.output();
        }
        c.within(before);
        return v;
    }
}
