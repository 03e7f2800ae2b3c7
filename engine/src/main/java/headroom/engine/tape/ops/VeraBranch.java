package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.ScalingKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Saved;
import java.util.List;

/**
 * y ← y + λb ⊙ ((λd ⊙ (drop(x)·Aᵀ))·Bᵀ) (VeRA), with frozen A [r, in] and B [out, r] shared by all sites, trained λd [r] and λb [out]. Inputs: y [N, out], x [N, in].
 *
 * <p>Saves h = drop(x)·Aᵀ [N, r] alone. What λb multiplies, [N, out], is not kept for dλb = Σ_N dy ⊙ ((λd ⊙ h)·Bᵀ): the same number is the row-wise product of
 * dyᵀ(λd ⊙ h) [out, r] with B, for the price of one product with a thin side.
 */
public final class VeraBranch implements Op {
    private final Tensor turned;
    private final Tensor out;
    private final Parameter d;
    private final Parameter b;
    private final InputDropout dropout;
    private Saved h;

    /**
     * @param turned Aᵀ [in, r]; borrowed
     * @param out B [out, r]; borrowed
     */
    public VeraBranch(Tensor turned, Tensor out, Parameter d, Parameter b, double dropout) {
        this.turned = turned;
        this.out = out;
        this.d = d;
        this.b = b;
        this.dropout = new InputDropout(dropout, d.path());
    }

    @Override
    public String name() {
        return "vera";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(d, b);
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Compute c = f.compute();
        dropout.begin(f.pass());
        Tensor y = f.owns(0) ? in[0].retain() : c.call(CoreKernels.COPY, in[0]);
        try (Tensor wd = f.read(d); Tensor wb = f.read(b); Tensor dropped = dropout.of(c, in[1]); Tensor low = c.call(LinearKernels.LINEAR_DX, dropped, turned)) {
            try (Tensor weighted = c.call(ScalingKernels.SCALE_COLUMNS, low, wd); Tensor rows = c.call(ScalingKernels.SCALE_ROWS, out, wb)) {
                c.apply(LinearKernels.LINEAR_ACC, y, weighted, rows, 1.0);
            }
            if (f.needs(d) || f.needs(b)) {
                h = f.save(Keeper.Role.LINEAR_INPUT, low);
            }
        }
        return y;
    }

    @Override
    public void backward(Backward back, Tensor dy) {
        Compute c = back.compute();
        if (back.needs(b)) {
            try (Tensor low = h.get(); Tensor weighted = c.call(ScalingKernels.SCALE_COLUMNS, low, d.data()); Tensor product = c.call(LinearKernels.LINEAR_DW, dy, weighted);
                    Tensor db = c.call(ScalingKernels.ROW_DOTS, product, out)) {
                back.give(b, new Gradients.Given(b, db));
            }
        }
        if (back.needs(d) || back.needs(1)) {
            try (Tensor rows = c.call(ScalingKernels.SCALE_ROWS, out, b.data()); Tensor g = c.call(LinearKernels.LINEAR_DX, dy, rows)) {
                if (back.needs(d)) {
                    try (Tensor low = h.get(); Tensor dd = c.call(ScalingKernels.COLUMN_DOTS, g, low)) {
                        back.give(d, new Gradients.Given(d, dd));
                    }
                }
                if (back.needs(1)) {
                    c.apply(ScalingKernels.SCALE_COLUMNS_INTO, g, d.data());
                    back.give(1, dropout.through(c, c.call(LinearKernels.LINEAR, g, turned)));
                }
            }
        }
        if (back.needs(0)) {
            back.give(0, dy.retain());
        }
    }
}
