package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.PackedKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Saved;
import java.util.ArrayList;
import java.util.List;

/**
 * The products of several plain weights with one input x [N, in] as one: one call forward into one tensor (see {@link Packing}), one back that makes dx without sums in between.
 * Each weight and bias stays a parameter of its own with a gradient of its own. Saves x if a weight trains.
 */
public final class Projections implements Op {
    private final List<DenseWeight> weights;
    private final List<Parameter> biases;
    private final Packing packing;
    private Saved x;

    /**
     * @param weights read as they are stored ({@link DenseWeight#isPlain})
     * @param biases one for each weight, or none
     */
    public Projections(List<DenseWeight> weights, List<Parameter> biases) {
        this.weights = List.copyOf(weights);
        this.biases = List.copyOf(biases);
        this.packing = new Packing(weights.stream().mapToLong(DenseWeight::out).toArray());
    }

    @Override
    public String name() {
        return "projections";
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>();
        weights.forEach(w -> all.add(w.parameter()));
        all.addAll(biases);
        return all;
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Tensor y = f.compute().call(PackedKernels.PROJECTIONS, in[0], matrices(), biases.stream().map(Parameter::data).toArray(Tensor[]::new));
        if (weights.stream().anyMatch(w -> w.wantsInput(f))) {
            x = f.save(Keeper.Role.LINEAR_INPUT, in[0]);
        }
        return y;
    }

    private Tensor[] matrices() {
        return weights.stream().map(w -> w.parameter().data()).toArray(Tensor[]::new);
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        if (x != null) {
            try (Tensor xx = x.get()) {
                for (int i = weights.size() - 1; i >= 0; i--) {
                    giveWeight(b, i, dy, xx);
                }
            }
            // an input that was made again for them is gone before the gradient of the input is made
            b.done(x);
        }
        if (b.needs(0)) {
            Compute c = b.compute();
            Tensor sum = b.sum(0);
            if (sum == null) {
                b.give(0, c.call(PackedKernels.PROJECTIONS_DX, dy, matrices()));
            } else {
                c.apply(PackedKernels.PROJECTIONS_DX_ACC, sum, dy, matrices());
            }
        }
        for (int i = biases.size() - 1; i >= 0; i--) {
            if (b.needs(biases.get(i))) {
                try (Tensor part = packing.part(dy, i)) {
                    b.give(biases.get(i), new Gradients.RowSum(biases.get(i), part));
                }
            }
        }
    }

    private void giveWeight(Backward b, int i, Tensor dy, Tensor xx) {
        if (b.needs(weights.get(i).parameter())) {
            try (Tensor part = packing.part(dy, i)) {
                weights.get(i).giveGradient(b, part, xx);
            }
        }
    }
}
