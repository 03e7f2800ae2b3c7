package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.LowRankKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Saved;
import java.util.List;

/**
 * y ← y + s·(drop(x)·Aᵀ)·Bᵀ, with A [r, in], B [out, r]. Inputs: y [N, out], x [N, in]. Saves x alone (shared with whoever else saved it), and h = drop(x)·Aᵀ [N, r] is made
 * again; where A is frozen, h alone. The dropout mask comes back from its key, so it is not saved.
 */
public final class LowRankBranch implements Op {
    private final Parameter a;
    private final Parameter b;
    private final double scale;
    private final InputDropout dropout;
    private Saved x;
    private Saved h;

    public LowRankBranch(Parameter a, Parameter b, double scale, double dropout) {
        this.a = a;
        this.b = b;
        this.scale = scale;
        this.dropout = new InputDropout(dropout, a.path());
    }

    @Override
    public String name() {
        return "lora";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(a, b);
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Compute c = f.compute();
        dropout.begin(f.pass());
        Tensor y = f.owns(0) ? in[0].retain() : c.call(CoreKernels.COPY, in[0]);
        try (Tensor wa = f.read(a); Tensor wb = f.read(b); Tensor dropped = dropout.of(c, in[1])) {
            if (f.needs(b) && !f.needs(a)) {
                try (Tensor low = c.call(LinearKernels.LINEAR, dropped, wa)) {
                    c.apply(LinearKernels.LINEAR_ACC, y, low, wb, scale);
                    h = f.save(Keeper.Role.LINEAR_INPUT, low);
                }
            } else {
                c.apply(LowRankKernels.LORA_INTO, y, dropped, wa, wb, scale);
            }
            if (f.needs(a)) {
                x = f.save(Keeper.Role.LINEAR_INPUT, in[1]);
            }
        }
        return y;
    }

    @Override
    public void backward(Backward back, Tensor dy) {
        backwardOf(back, dy);
        if (back.needs(0)) {
            back.give(0, dy.retain());
        }
    }

    /** Gradients of A, B and x from that of the branch's output; the one of y is the caller's. */
    void backwardOf(Backward back, Tensor dy) {
        Compute c = back.compute();
        if (x != null) {
            try (Tensor g = giveBoth(back, dy)) {
                // x may have been made again for this: gone before its gradient is made
                back.done(x);
                giveInput(back, g, 1);
            }
            return;
        }
        if (h != null) {
            try (Tensor low = h.get()) {
                back.give(b, new Gradients.OuterProduct(b, dy, low, scale));
            }
        }
        if (back.needs(1)) {
            try (Tensor g = c.call(LinearKernels.LINEAR_DX, dy, b.data())) {
                giveInput(back, g, scale);
            }
        }
    }

    /** Gradients of B and A, from x. Returns s·dy·B. */
    private Tensor giveBoth(Backward back, Tensor dy) {
        try (Tensor xx = x.get(); Tensor dropped = dropout.of(back.compute(), xx)) {
            Tensor[] sides = back.compute().run(LowRankKernels.LORA_SIDES, dy, dropped, a.data(), b.data(), scale);
            try (Tensor low = sides[1]) {
                if (back.needs(b)) {
                    back.give(b, new Gradients.OuterProduct(b, dy, low, 1));
                }
                back.give(a, new Gradients.OuterProduct(a, sides[0], dropped, 1));
            }
            return sides[0];
        }
    }

    /** c·g·A to the input, through the mask. */
    private void giveInput(Backward back, Tensor g, double by) {
        if (!back.needs(1)) {
            return;
        }
        Compute c = back.compute();
        Tensor sum = dropout.drops() ? null : back.sum(1);
        if (sum != null) {
            c.apply(LinearKernels.LINEAR_DX_ACC, sum, g, a.data(), by);
            return;
        }
        Tensor dx = c.call(LinearKernels.LINEAR_DX, g, a.data());
        if (by != 1) {
            c.apply(ElementwiseKernels.SCALE_INTO, dx, by);
        }
        back.give(1, dropout.through(c, dx));
    }
}
