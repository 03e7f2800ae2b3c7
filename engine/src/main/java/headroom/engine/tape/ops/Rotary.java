package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.AttentionKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;

/** Rotary position embedding of x [N, H·D], halves paired as in LLaMA. Its backward is the inverse rotation, so nothing is saved. */
public final class Rotary implements Op {
    private final Tensor cos;
    private final Tensor sin;
    private final long heads;

    /** @param cos cosines [T, D/2] (float32), borrowed, like {@code sin} */
    public Rotary(Tensor cos, Tensor sin, long heads) {
        this.cos = cos;
        this.sin = sin;
        this.heads = heads;
    }

    @Override
    public String name() {
        return "rotary";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        return f.compute().call(AttentionKernels.ROPE, in[0], cos, sin, heads);
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        b.give(0, b.compute().call(AttentionKernels.ROPE_DX, dy, cos, sin, heads));
    }
}
