package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.ScalingKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Saved;
import java.util.List;

/**
 * y = g·s + (1 − g)·u with one learned number, g = σ(α/τ) (LST 2022): s, u, y [N, d], α [1] in float32 (float64 for float64). Computed as u + g·(s − u), so that the difference is all that
 * is saved, and that only if α trains: ∂α = g(1 − g)/τ · ⟨dy, s − u⟩.
 */
public final class GatedMix implements Op {
    private final Parameter alpha;
    private final double temperature;
    private Saved difference;

    /** @param temperature τ */
    public GatedMix(Parameter alpha, double temperature) {
        this.alpha = alpha;
        this.temperature = temperature;
    }

    @Override
    public String name() {
        return "gated mix";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(alpha);
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Compute c = f.compute();
        try (Tensor d = f.owns(0) ? in[0].retain() : c.call(CoreKernels.COPY, in[0]); Tensor a = f.read(alpha); Tensor g = gate(c, a, in[0].dim(1))) {
            c.apply(ElementwiseKernels.AXPY_INTO, d, in[1], -1.0);
            Tensor y;
            if (f.needs(alpha)) {
                difference = f.save(Keeper.Role.NONLINEAR, d);
                y = c.call(ScalingKernels.SCALE_COLUMNS, d, g);
            } else {
                c.apply(ScalingKernels.SCALE_COLUMNS_INTO, d, g);
                y = d.retain();
            }
            c.apply(ElementwiseKernels.ADD_INTO, y, in[1]);
            return y;
        }
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        Compute c = b.compute();
        try (Tensor g = gate(c, alpha.data(), dy.dim(1))) {
            if (difference != null) {
                try (Tensor d = difference.get(); Tensor dots = c.call(ScalingKernels.COLUMN_DOTS, dy, d); Tensor da = slope(c, dots, g)) {
                    b.give(alpha, new Gradients.Given(alpha, da));
                }
            }
            Tensor ds = c.call(ScalingKernels.SCALE_COLUMNS, dy, g);
            if (b.needs(1)) {
                Tensor du = c.call(CoreKernels.COPY, dy);
                c.apply(ElementwiseKernels.AXPY_INTO, du, ds, -1.0);
                b.give(1, du);
            }
            if (b.needs(0)) {
                b.give(0, ds);
            } else {
                ds.close();
            }
        }
    }

    /** g for each of d columns: σ(a) = ½ + ½·tanh(a/2), without a number going to the host. */
    private Tensor gate(Compute c, Tensor a, long d) {
        try (Tensor ones = c.zeros(Category.WORKSPACE, c.owner(), a.dtype(), Shape.of(d, 1)); Tensor one = a.view(1, 1)) {
            c.apply(CoreKernels.FILL_INTO, ones, 1.0);
            try (Tensor x = c.call(LinearKernels.LINEAR, ones, one)) {
                c.apply(ElementwiseKernels.SCALE_INTO, x, 0.5 / temperature);
                try (Tensor g = c.call(ElementwiseKernels.TANH, x)) {
                    c.apply(ElementwiseKernels.ADD_INTO, g, ones);
                    c.apply(ElementwiseKernels.SCALE_INTO, g, 0.5);
                    return g.view(d);
                }
            }
        }
    }

    /** Σ dots · g(1 − g)/τ, [1]. */
    private Tensor slope(Compute c, Tensor dots, Tensor g) {
        try (Tensor squares = c.call(ElementwiseKernels.MUL, g, g); Tensor slopes = c.call(CoreKernels.COPY, g)) {
            c.apply(ElementwiseKernels.AXPY_INTO, slopes, squares, -1.0);
            c.apply(ElementwiseKernels.SCALE_INTO, slopes, 1 / temperature);
            try (Tensor row = dots.view(1, dots.dim(0)); Tensor by = slopes.view(1, dots.dim(0))) {
                return c.call(ScalingKernels.ROW_DOTS, row, by);
            }
        }
    }
}
