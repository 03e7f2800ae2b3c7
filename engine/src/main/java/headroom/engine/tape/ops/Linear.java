package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Saved;
import java.util.ArrayList;
import java.util.List;

/** y = x·Wᵀ + b, x [N, in], W [out, in], y [N, out]. Saves x only if the weight trains, and only the columns that train; dx needs W alone, db needs dy alone. */
public final class Linear implements Op {
    private final WeightSource weight;
    private final Parameter bias;
    private Saved x;

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
        Tensor y;
        if (bias == null) {
            y = weight.multiply(f, in[0], null);
        } else {
            try (Tensor b = f.read(bias)) {
                y = weight.multiply(f, in[0], b);
            }
        }
        if (weight.wantsInput(f)) {
            try (Tensor wanted = weight.wantedInput(f, in[0])) {
                x = f.save(Keeper.Role.LINEAR_INPUT, wanted);
            }
        }
        return y;
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
                b.give(0, weight.multiplyTransposed(b, dy));
            } else {
                weight.addTransposed(b, dy, sum);
            }
        }
        if (bias != null && b.needs(bias)) {
            b.give(bias, new Gradients.RowSum(bias, dy));
        }
    }
}
