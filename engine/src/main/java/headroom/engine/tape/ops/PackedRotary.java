package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.HeadKernels;
import headroom.engine.compute.kernel.PackedKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;

/** {@link Rotary} of queries and keys that lie in one tensor with values (see {@link Packing}), in place: nobody else reads what a projection made. */
public final class PackedRotary implements Op {
    private final Tensor cos;
    private final Tensor sin;
    private final Tensor positions;
    private final long heads;
    private final long keyHeads;

    /**
     * @param cos cosines [T, D/2] (float32), borrowed, like {@code sin}
     * @param positions position of each row [N] (int64), borrowed; null if rows count from 0 to T again and again
     */
    public PackedRotary(Tensor cos, Tensor sin, Tensor positions, long heads, long keyHeads) {
        this.cos = cos;
        this.sin = sin;
        this.positions = positions;
        this.heads = heads;
        this.keyHeads = keyHeads;
    }

    @Override
    public String name() {
        return "rotary";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        return turned(f.compute(), in[0], f.owns(0), false);
    }

    /** The rotation turned back. */
    @Override
    public void backward(Backward b, Tensor dy) {
        b.give(0, turned(b.compute(), dy, dy.isExclusive(), true));
    }

    private Tensor turned(Compute c, Tensor x, boolean inPlace, boolean back) {
        Tensor y = inPlace ? x.retain() : c.call(CoreKernels.COPY, x);
        if (positions == null) {
            c.apply(PackedKernels.ROPE_PACKED_INTO, y, cos, sin, heads, keyHeads, back);
        } else {
            try (Tensor cs = c.call(HeadKernels.PICK_ROWS, cos, positions); Tensor sn = c.call(HeadKernels.PICK_ROWS, sin, positions)) {
                c.apply(PackedKernels.ROPE_PACKED_INTO, y, cs, sn, heads, keyHeads, back);
            }
        }
        return y;
    }
}
