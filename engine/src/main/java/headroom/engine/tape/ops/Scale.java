package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;

/** c·x for a fixed number c, in place where nobody else reads x. Saves nothing. */
public final class Scale implements Op {
    private final double factor;

    public Scale(double factor) {
        this.factor = factor;
    }

    @Override
    public String name() {
        return "scale";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        if (f.owns(0)) {
            f.compute().apply(ElementwiseKernels.SCALE_INTO, in[0], factor);
            return in[0].retain();
        }
        return f.compute().call(ElementwiseKernels.SCALE, in[0], factor);
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        b.give(0, b.compute().call(ElementwiseKernels.SCALE, dy, factor));
    }
}
