package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.AttentionKernels;
import headroom.engine.compute.kernel.HeadKernels;
import headroom.engine.compute.kernel.TokenKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;

/**
 * Rotary position embedding of rows beside each sequence, x [B·t, H·D], as if all of them stood at the sequence's last token: from there a causal model has learned to look back
 * over the whole text. Saves nothing.
 */
public final class LastRotary implements Op {
    private final Tensor cos;
    private final Tensor sin;
    private final Tensor lengths;
    private final long heads;

    /**
     * @param cos cosines [T, D/2] (float32), borrowed until the backward pass is over, like {@code sin} and {@code lengths}
     * @param lengths valid tokens of each sequence [B] (int64)
     * @param heads H
     */
    public LastRotary(Tensor cos, Tensor sin, Tensor lengths, long heads) {
        this.cos = cos;
        this.sin = sin;
        this.lengths = lengths;
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

    /** The rows of one sequence are turned alike, so they are as many more heads of one row. */
    private Tensor turned(Compute c, Kernel kernel, Tensor x) {
        long batch = lengths.dim(0);
        try (Tensor at = c.call(TokenKernels.PLUS, lengths, -1L); Tensor cs = c.call(HeadKernels.PICK_ROWS, cos, at); Tensor sn = c.call(HeadKernels.PICK_ROWS, sin, at);
                Tensor wide = x.view(batch, x.elements() / batch); Tensor y = c.call(kernel, wide, cs, sn, x.dim(0) / batch * heads)) {
            return y.view(x.dim(0), x.dim(1));
        }
    }
}
