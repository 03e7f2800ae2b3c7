package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;

/** Zeroes a share p of the elements and scales the rest by 1/(1−p). The mask is a function of its key and the element's index, so nothing is saved. */
public final class Dropout implements Op {
    private final double p;
    private final String path;
    private long key;
    private boolean drops;

    public Dropout(double p, String path) {
        this.p = p;
        this.path = path;
    }

    @Override
    public String name() {
        return "dropout";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        drops = p > 0 && f.pass().isTraining();
        if (!drops) {
            return in[0].retain();
        }
        key = f.pass().key("dropout", path);
        return f.compute().call(ElementwiseKernels.DROPOUT, in[0], key, p, 0L);
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        b.give(0, drops ? b.compute().call(ElementwiseKernels.DROPOUT, dy, key, p, 0L) : dy.retain());
    }
}
