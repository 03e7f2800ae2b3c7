package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;

/** a + b of one shape, written over whichever of the two nobody else reads. Saves nothing; both gradients are dy itself. */
public final class Add implements Op {
    @Override
    public String name() {
        return "add";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        for (int i = 1; i >= 0; i--) {
            if (f.owns(i)) {
                f.compute().apply(ElementwiseKernels.ADD_INTO, in[i], in[1 - i]);
                return in[i].retain();
            }
        }
        return f.compute().call(ElementwiseKernels.ADD, in[0], in[1]);
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        for (int i = 0; i < 2; i++) {
            if (b.needs(i)) {
                b.give(i, dy.retain());
            }
        }
    }
}
