package headroom.engine.tape.stack;

import headroom.engine.compute.Compute;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import java.util.List;

/**
 * Frozen blocks that no tape sees: nothing of them is kept and no backward pass comes there. What trains stands beside them and reads taps of what they make
 * ({@link Pass#tap}, {@link Pass#aside}), which alone are kept, and only where their reader needs them.
 */
public final class SideStack implements StackDriver {
    @Override
    public Value run(Pass pass, List<? extends Block> blocks, Value x) {
        requireFrozen(x);
        return PLAIN.run(pass.frozen(), blocks, x);
    }

    @Override
    public boolean climbs() {
        return true;
    }

    @Override
    public Value run(Pass pass, List<? extends Block> blocks, Value x, Ladder beside) {
        requireFrozen(x);
        x.takeLast();
        Compute c = pass.compute();
        String before = c.owner();
        Pass frozen = pass.frozen();
        Value s = beside.begin(pass, pass.tap(x).last());
        Value v = x;
        for (int i = 0; i <= beside.last(); i++) {
            c.within(blocks.get(i).path());
            v = blocks.get(i).forward(frozen, v.last());
            if (beside.reads(i)) {
                Value tap = pass.tap(v).last();
                if (i == beside.last()) {
                    v.release();
                }
                s = beside.climb(pass, i, s.last(), tap);
            }
        }
        c.within(before);
        return beside.end(pass, s.last());
    }

    private static void requireFrozen(Value x) {
        if (x.needsGradient()) {
            x.release();
            throw new IllegalArgumentException("blocks without a tape read a value that needs a gradient, which would end there; train nothing before them");
        }
    }
}
