package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.EmbeddingKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import java.util.List;

/** y + b: a vector b [d] on every row of y [N, d], in place where nobody else reads y. Its gradient needs dy alone, so nothing is saved. */
public final class AddBias implements Op {
    private final Parameter bias;

    public AddBias(Parameter bias) {
        this.bias = bias;
    }

    @Override
    public String name() {
        return "add bias";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(bias);
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Tensor y = f.owns(0) ? in[0].retain() : f.compute().call(CoreKernels.COPY, in[0]);
        try (Tensor b = f.read(bias); Tensor row = b.view(1, b.dim(0))) {
            f.compute().apply(EmbeddingKernels.ADD_ROWS_INTO, y, row);
        }
        return y;
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        if (b.needs(bias)) {
            b.give(bias, new Gradients.RowSum(bias, dy));
        }
        if (b.needs(0)) {
            b.give(0, dy.retain());
        }
    }
}
