package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Saved;
import java.util.ArrayList;
import java.util.List;

/**
 * y = x·Wᵀ + b, x [N, in], W [out, in], y [N, out]. Saves x only if the weight trains, and only the columns that train; dx needs W alone, db needs dy alone.
 *
 * <p>A weight that is made anew for each product is kept from the product forward to that of the backward pass where the latter follows at once, in a part that is run again, and
 * all that the part keeps so is small.
 */
public final class Linear implements Op {
    /** Bytes of rebuilt weights that one part of a pass keeps: those of a few blocks of a small model, a matrix of a large one. */
    private static final long KEPT = 32 << 20;

    private final WeightSource weight;
    private final Parameter bias;
    private Saved x;
    private Tensor kept;

    /** @param bias may be null */
    public Linear(WeightSource weight, Parameter bias) {
        this.weight = weight;
        this.bias = bias;
    }

    @Override
    public String name() {
        return "linear";
    }

    @Override
    public List<Parameter> parameters() {
        if (bias == null) {
            return weight.parameters();
        }
        List<Parameter> all = new ArrayList<>(weight.parameters());
        all.add(bias);
        return all;
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        kept = rebuilt(f);
        Tensor y;
        if (bias == null) {
            y = multiply(f, in[0], null);
        } else {
            try (Tensor b = f.read(bias)) {
                y = multiply(f, in[0], b);
            }
        }
        if (weight.wantsInput(f)) {
            try (Tensor wanted = weight.wantedInput(f, in[0])) {
                x = f.save(Keeper.Role.LINEAR_INPUT, wanted);
            }
        }
        return y;
    }

    private Tensor multiply(Forward f, Tensor in, Tensor b) {
        if (kept == null) {
            return weight.multiply(f, in, b);
        }
        return b == null ? f.compute().call(LinearKernels.LINEAR, in, kept) : f.compute().call(LinearKernels.LINEAR_BIAS, in, kept, b);
    }

    /** The whole weight, which the tape owns from then on; null if it is not to be kept. */
    private Tensor rebuilt(Forward f) {
        if (!weight.isRebuilt() || !f.needs(0) || !f.pass().tape().isNested()
                || f.pass().tape().ownedBytes() + weight.out() * weight.in() * weight.dtype().bytes() > KEPT) {
            return null;
        }
        Tensor whole = weight.rows(f, 0, weight.out());
        f.pass().tape().own(whole);
        return whole;
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        // the weight first: an input that is made again for it is gone before the gradient of the input is made
        if (x != null) {
            try (Tensor xx = x.get()) {
                weight.giveGradient(b, dy, xx);
            }
            b.done(x);
        }
        if (b.needs(0)) {
            Tensor sum = b.sum(0);
            if (sum == null) {
                b.give(0, kept == null ? weight.multiplyTransposed(b, dy) : b.compute().call(LinearKernels.LINEAR_DX, dy, kept));
            } else if (kept == null) {
                weight.addTransposed(b, dy, sum);
            } else {
                b.compute().apply(LinearKernels.LINEAR_DX_ACC, sum, dy, kept, 1.0);
            }
        }
        if (bias != null && b.needs(bias)) {
            b.give(bias, new Gradients.RowSum(bias, dy));
        }
    }
}
