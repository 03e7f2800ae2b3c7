package headroom.engine.tape;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;

/** What an operation may do while it runs backward: compute, give gradients. */
public final class Backward {
    private final Tape tape;
    private final Compute compute;
    private final Node node;

    Backward(Tape tape, Compute compute, Node node) {
        this.tape = tape;
        this.compute = compute;
        this.node = node;
    }

    public Compute compute() {
        return compute;
    }

    public Tape tape() {
        return tape;
    }

    public boolean needs(int i) {
        return node.inputs[i].needsGradient();
    }

    public boolean needs(Parameter p) {
        return tape.trainables().wants(p);
    }

    /** Frees a save of this operation before its backward direction is over: for one that makes more after it has read it. */
    public void done(Saved saved) {
        if (!node.kept.remove(saved)) {
            throw new IllegalArgumentException(node.op.name() + " of " + node.owner + " has not saved this, or has freed it");
        }
        saved.close();
    }

    /** Gives the gradient of input {@code i}; takes ownership of it. Contributions of several readers are added. */
    public void give(int i, Tensor dx) {
        Value v = node.inputs[i];
        if (v.gradient == null) {
            v.gradient = dx;
        } else if (v.gradient.isExclusive()) {
            compute.apply(ElementwiseKernels.ADD_INTO, v.gradient, dx);
            dx.close();
        } else if (dx.isExclusive()) {
            compute.apply(ElementwiseKernels.ADD_INTO, dx, v.gradient);
            v.gradient.close();
            v.gradient = dx;
        } else {
            Tensor sum = compute.call(ElementwiseKernels.ADD, v.gradient, dx);
            v.gradient.close();
            dx.close();
            v.gradient = sum;
        }
    }

    /**
     * What other readers have given of the gradient of input {@code i} already, to add to in place; borrowed. Null if there is nothing yet or somebody else reads it too: then
     * {@link #give} is the way.
     */
    public Tensor sum(int i) {
        Tensor sum = node.inputs[i].gradient;
        return sum != null && sum.isExclusive() ? sum : null;
    }

    /** Gives a contribution to the gradient of a wanted parameter. The sink takes what it needs before this returns. */
    public void give(Parameter p, WeightGradient gradient) {
        tape.sink().accept(p, gradient);
    }
}
