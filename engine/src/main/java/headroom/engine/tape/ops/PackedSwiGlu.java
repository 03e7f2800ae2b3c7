package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.PackedKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Saved;

/** {@link SwiGlu} of a gate and what is gated that lie in one tensor [2N, F] (see {@link Packing}): the same numbers, one save and one gradient in place of two. */
public final class PackedSwiGlu implements Op {
    private Saved both;

    @Override
    public String name() {
        return "swiglu";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Tensor y = f.compute().call(PackedKernels.SWIGLU_PACKED, in[0]);
        if (f.isTaped()) {
            both = f.save(Keeper.Role.NONLINEAR, in[0]);
            Compute c = f.compute();
            f.canRebuild(y, Keeper.Role.NONLINEAR, () -> {
                try (Tensor gu = both.get()) {
                    return c.call(PackedKernels.SWIGLU_PACKED, gu);
                }
            });
        }
        return y;
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        try (Tensor gu = both.get()) {
            b.give(0, b.compute().call(PackedKernels.SWIGLU_PACKED_DX, dy, gu));
        }
    }
}
