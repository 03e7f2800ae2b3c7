package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
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
 * y ← y + s·((drop(x)·Aᵀ) ⊙ E)·Bᵀ (AdaLoRA), with A [r, in], E [r], B [out, r]. Inputs: y [N, out], x [N, in]. Saves x (shared) and h = drop(x)·Aᵀ [N, r].
 *
 * <p>Backward, with e = s·dy·B: dE = Σ_N e ⊙ h, dB = s·dyᵀ(h ⊙ E), dA = (e ⊙ E)ᵀ drop(x), dx = drop((e ⊙ E)·A).
 */
public final class TripletBranch implements Op {
    private final Parameter a;
    private final Parameter e;
    private final Parameter b;
    private final double scale;
    private final InputDropout dropout;
    private Saved x;
    private Saved h;

    public TripletBranch(Parameter a, Parameter e, Parameter b, double scale, double dropout) {
        this.a = a;
        this.e = e;
        this.b = b;
        this.scale = scale;
        this.dropout = new InputDropout(dropout, a.path());
    }

    @Override
    public String name() {
        return "triplets";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(a, e, b);
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Compute c = f.compute();
        dropout.begin(f.pass());
        Tensor y = f.owns(0) ? in[0].retain() : c.call(CoreKernels.COPY, in[0]);
        try (Tensor wa = f.read(a); Tensor we = f.read(e); Tensor wb = f.read(b); Tensor dropped = dropout.of(c, in[1]); Tensor low = c.call(LinearKernels.LINEAR, dropped, wa)) {
            try (Tensor weighted = c.call(ScalingKernels.SCALE_COLUMNS, low, we)) {
                c.apply(LinearKernels.LINEAR_ACC, y, weighted, wb, scale);
            }
            if (f.needs(a)) {
                x = f.save(Keeper.Role.LINEAR_INPUT, in[1]);
            }
            if (f.needs(b) || f.needs(e)) {
                h = f.save(Keeper.Role.LINEAR_INPUT, low);
            }
        }
        return y;
    }

    @Override
    public void backward(Backward back, Tensor dy) {
        Compute c = back.compute();
        try (Tensor g = c.call(LinearKernels.LINEAR_DX, dy, b.data())) {
            c.apply(ElementwiseKernels.SCALE_INTO, g, scale);
            if (h != null) {
                try (Tensor low = h.get()) {
                    giveFactors(back, dy, g, low);
                }
            }
            c.apply(ScalingKernels.SCALE_COLUMNS_INTO, g, e.data());
            if (x != null) {
                try (Tensor xx = x.get(); Tensor dropped = dropout.of(c, xx)) {
                    back.give(a, new Gradients.OuterProduct(a, g, dropped, 1));
                }
            }
            if (back.needs(1)) {
                back.give(1, dropout.through(c, c.call(LinearKernels.LINEAR_DX, g, a.data())));
            }
        }
        if (back.needs(0)) {
            back.give(0, dy.retain());
        }
    }

    private void giveFactors(Backward back, Tensor dy, Tensor g, Tensor low) {
        Compute c = back.compute();
        if (back.needs(e)) {
            try (Tensor de = c.call(ScalingKernels.COLUMN_DOTS, g, low)) {
                back.give(e, new Gradients.Given(e, de));
            }
        }
        if (back.needs(b)) {
            try (Tensor weighted = c.call(ScalingKernels.SCALE_COLUMNS, low, e.data())) {
                back.give(b, new Gradients.OuterProduct(b, dy, weighted, scale));
            }
        }
    }
}
