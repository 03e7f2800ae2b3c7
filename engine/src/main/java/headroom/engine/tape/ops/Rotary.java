package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.AttentionKernels;
import headroom.engine.compute.kernel.HeadKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;

/** Rotary position embedding of x [N, H·D], halves paired as in LLaMA. Its backward is the inverse rotation, so nothing is saved. */
public final class Rotary implements Op {
    private final Tensor cos;
    private final Tensor sin;
    private final Tensor positions;
    private final long heads;

    /**
     * @param cos cosines [T, D/2] (float32), borrowed, like {@code sin}
     * @param positions position of each row [N] (int64), borrowed; null if rows count from 0 to T again and again
     */
    public Rotary(Tensor cos, Tensor sin, Tensor positions, long heads) {
        this.cos = cos;
        this.sin = sin;
        this.positions = positions;
        this.heads = heads;
    }

    @Override
    public String name() {
        return "rotary";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        return turned(f.compute(), AttentionKernels.ROPE, in[0]);
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        b.give(0, turned(b.compute(), AttentionKernels.ROPE_DX, dy));
    }

    /** With positions of their own, the rows of the tables are gathered for the one call. */
    private Tensor turned(Compute c, Kernel kernel, Tensor x) {
        if (positions == null) {
            return c.call(kernel, x, cos, sin, heads);
        }
        try (Tensor cs = c.call(HeadKernels.PICK_ROWS, cos, positions); Tensor sn = c.call(HeadKernels.PICK_ROWS, sin, positions)) {
            return c.call(kernel, x, cs, sn, heads);
        }
    }
}
