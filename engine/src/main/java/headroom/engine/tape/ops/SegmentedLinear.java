package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.EmbeddingKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Saved;
import java.util.List;
import java.util.stream.Stream;

/** Linear layers over row segments: rows of segment i are y = x·W_iᵀ + b_i, x [N, in], W_i [out, in]. For the heads of several jobs that share a model. Saves x. */
public final class SegmentedLinear implements Op {
    /** Rows {@code from} to {@code to} (exclusive) and their weight [out, in] and bias [out]. */
    public record Part(Parameter weight, Parameter bias, long from, long to) {}

    private final List<Part> parts;
    private Saved x;

    public SegmentedLinear(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    @Override
    public String name() {
        return "linear segments";
    }

    @Override
    public List<Parameter> parameters() {
        return parts.stream().flatMap(p -> Stream.of(p.weight(), p.bias())).toList();
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Compute c = f.compute();
        Tensor y = c.zeros(Category.WORKSPACE, c.owner(), in[0].dtype(), Shape.of(in[0].dim(0), parts.getFirst().weight().shape().dim(0)));
        boolean keep = false;
        for (Part p : parts) {
            try (Tensor yy = y.rows(p.from(), p.to()); Tensor xx = in[0].rows(p.from(), p.to()); Tensor w = f.read(p.weight()); Tensor b = f.read(p.bias());
                    Tensor row = b.view(1, b.elements())) {
                c.apply(EmbeddingKernels.ADD_ROWS_INTO, yy, row);
                c.apply(LinearKernels.LINEAR_ACC, yy, xx, w, 1.0);
                keep |= f.needs(p.weight());
            }
        }
        if (keep) {
            x = f.save(Keeper.Role.LINEAR_INPUT, in[0]);
        }
        return y;
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        Compute c = b.compute();
        Tensor dx = b.needs(0) ? c.zeros(Category.WORKSPACE, c.owner(), dy.dtype(), Shape.of(dy.dim(0), parts.getFirst().weight().shape().dim(1))) : null;
        Tensor whole = x == null ? null : x.get();
        for (Part p : parts) {
            try (Tensor rows = dy.rows(p.from(), p.to())) {
                if (dx != null) {
                    try (Tensor into = dx.rows(p.from(), p.to())) {
                        c.apply(LinearKernels.LINEAR_DX_ACC, into, rows, p.weight().data(), 1.0);
                    }
                }
                if (whole != null && b.needs(p.weight())) {
                    try (Tensor xx = whole.rows(p.from(), p.to())) {
                        b.give(p.weight(), new Gradients.OuterProduct(p.weight(), rows, xx, 1));
                    }
                }
                if (b.needs(p.bias())) {
                    b.give(p.bias(), new Gradients.RowSum(p.bias(), rows));
                }
            }
        }
        if (whole != null) {
            whole.close();
        }
        if (dx != null) {
            b.give(0, dx);
        }
    }
}
