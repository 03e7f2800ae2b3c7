package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Saved;

/** silu(g)·u in one step, g and u [N, F]. Saves g and u; silu(g) is computed again, and so is the output for the linear site that reads it. */
public final class SwiGlu implements Op {
    private Saved gate;
    private Saved up;

    @Override
    public String name() {
        return "swiglu";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Tensor y = f.compute().call(ElementwiseKernels.SWIGLU, in[0], in[1]);
        if (f.isTaped()) {
            gate = f.save(Keeper.Role.NONLINEAR, in[0]);
            up = f.save(Keeper.Role.NONLINEAR, in[1]);
            Compute c = f.compute();
            f.canRebuild(y, Keeper.Role.NONLINEAR, () -> {
                try (Tensor g = gate.get(); Tensor u = up.get()) {
                    return c.call(ElementwiseKernels.SWIGLU, g, u);
                }
            });
        }
        return y;
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        try (Tensor g = gate.get(); Tensor u = up.get()) {
            Tensor[] d = b.compute().run(ElementwiseKernels.SWIGLU_DX, dy, g, u);
            for (int i = 0; i < 2; i++) {
                if (b.needs(i)) {
                    b.give(i, d[i]);
                } else {
                    d[i].close();
                }
            }
        }
    }
}
