package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
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
import java.util.ArrayList;
import java.util.List;

/**
 * The stretch of DoRA: z [N, out], the output of W + s·B·A with its bias → c ⊙ (z − bias) + bias, c = m / ‖W + s·B·A‖ by rows of the weight. Saves z for dm, and the norms
 * [out].
 *
 * <p>With a detached norm c is a constant of A and B. With an exact one they also get what goes through it: for q = Σ_N dy ⊙ (z − bias), dm = q / n and
 * d(W + s·B·A) = −(m·q / n³) ⊙ (W + s·B·A), taken to A and B without that sum.
 */
public final class RowNormScale implements Op {
    private final RowNorms norms;
    private final Parameter a;
    private final Parameter b;
    private final Parameter m;
    private final Parameter bias;
    private final boolean exact;
    private Saved z;
    private Saved n;

    /**
     * @param bias that z includes, or null
     * @param exact true lets the gradient through the norm
     */
    public RowNormScale(RowNorms norms, Parameter a, Parameter b, Parameter m, Parameter bias, boolean exact) {
        this.norms = norms;
        this.a = a;
        this.b = b;
        this.m = m;
        this.bias = bias;
        this.exact = exact;
    }

    @Override
    public String name() {
        return "row norms";
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(List.of(m));
        if (exact) {
            all.addAll(List.of(a, b));
        }
        if (bias != null) {
            all.add(bias);
        }
        return all;
    }

    private boolean throughNorm(boolean needsA, boolean needsB) {
        return exact && (needsA || needsB);
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Compute c = f.compute();
        boolean keeps = f.needs(m) || throughNorm(f.needs(a), f.needs(b));
        Tensor y = !keeps && f.owns(0) ? in[0].retain() : c.call(CoreKernels.COPY, in[0]);
        try (Tensor wa = f.read(a); Tensor wb = f.read(b); Tensor wm = f.read(m); Tensor norm = norms.of(c, wa, wb); Tensor factor = c.call(ScalingKernels.QUOTIENT, wm, norm)) {
            if (bias == null) {
                c.apply(ScalingKernels.SCALE_COLUMNS_INTO, y, factor);
            } else {
                try (Tensor wbias = f.read(bias)) {
                    c.apply(ScalingKernels.RESCALE_COLUMNS_INTO, y, factor, wbias);
                }
            }
            if (keeps) {
                z = f.save(Keeper.Role.NONLINEAR, in[0]);
            }
            if (f.isTaped()) {
                n = f.save(Keeper.Role.STATISTICS, norm);
            }
        }
        return y;
    }

    @Override
    public void backward(Backward back, Tensor dy) {
        Compute c = back.compute();
        try (Tensor norm = n.get(); Tensor factor = c.call(ScalingKernels.QUOTIENT, m.data(), norm)) {
            if (z != null) {
                try (Tensor zz = z.get();
                        Tensor q = bias == null ? c.call(ScalingKernels.COLUMN_DOTS, dy, zz) : c.call(ScalingKernels.COLUMN_DOTS_BEYOND, dy, zz, bias.data())) {
                    if (back.needs(m)) {
                        try (Tensor dm = c.call(ScalingKernels.QUOTIENT, q, norm)) {
                            back.give(m, new Gradients.Given(m, dm));
                        }
                    }
                    if (throughNorm(back.needs(a), back.needs(b))) {
                        giveThroughNorm(back, q, norm);
                    }
                }
            }
            if (bias != null && back.needs(bias)) {
                giveBias(back, dy, factor);
            }
            if (back.needs(0)) {
                back.give(0, c.call(ScalingKernels.SCALE_COLUMNS, dy, factor));
            }
        }
    }

    /** The part of the bias' gradient that does not come through z: (1 − c) ⊙ Σ_N dy. */
    private void giveBias(Backward back, Tensor dy, Tensor factor) {
        Compute c = back.compute();
        try (Tensor rest = c.call(CoreKernels.COPY, factor)) {
            c.apply(CoreKernels.FILL_INTO, rest, 1.0);
            c.apply(ElementwiseKernels.AXPY_INTO, rest, factor, -1.0);
            try (Tensor scaled = c.call(ScalingKernels.SCALE_COLUMNS, dy, rest)) {
                back.give(bias, new Gradients.RowSum(bias, scaled));
            }
        }
    }

    /** With k = −m·q / n³: dB += s·k ⊙ (W·Aᵀ + s·B·(A·Aᵀ)), dA += s·(k ⊙ B)ᵀW + s²·((k ⊙ B)ᵀB)·A. */
    private void giveThroughNorm(Backward back, Tensor q, Tensor norm) {
        Compute c = back.compute();
        double s = norms.scale();
        try (Tensor k = pull(c, q, norm)) {
            if (back.needs(b)) {
                try (Tensor u = norms.product(c, a.data()); Tensor gram = c.call(LinearKernels.LINEAR, a.data(), a.data())) {
                    c.apply(LinearKernels.LINEAR_DX_ACC, u, b.data(), gram, s);
                    c.apply(ScalingKernels.SCALE_ROWS_INTO, u, k);
                    c.apply(ElementwiseKernels.SCALE_INTO, u, s);
                    back.give(b, new Gradients.Given(b, u));
                }
            }
            if (back.needs(a)) {
                try (Tensor kb = c.call(ScalingKernels.SCALE_ROWS, b.data(), k); Tensor da = c.zeros(Category.WORKSPACE, c.owner(), a.dtype(), a.shape());
                        Tensor cross = c.call(LinearKernels.LINEAR_DW, kb, b.data())) {
                    norms.visit(c, (from, rows) -> {
                        try (Tensor part = kb.rows(from, from + rows.dim(0))) {
                            c.apply(LinearKernels.LINEAR_DW_ACC, da, part, rows, s);
                        }
                    });
                    c.apply(LinearKernels.LINEAR_DX_ACC, da, cross, a.data(), s * s);
                    back.give(a, new Gradients.Given(a, da));
                }
            }
        }
    }

    private Tensor pull(Compute c, Tensor q, Tensor norm) {
        Tensor k = c.call(ElementwiseKernels.MUL, q, m.data());
        for (int i = 0; i < 3; i++) {
            try (Tensor before = k) {
                k = c.call(ScalingKernels.QUOTIENT, before, norm);
            }
        }
        c.apply(ElementwiseKernels.SCALE_INTO, k, -1.0);
        return k;
    }
}
