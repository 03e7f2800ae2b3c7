package headroom.engine.tape;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import java.util.function.Supplier;

/** What an operation may do while it runs forward: compute, ask what is needed, save. */
public final class Forward {
    private final Pass pass;
    private final Op op;
    private final Node node;
    private final Value[] inputs;

    Forward(Pass pass, Op op, Node node, Value[] inputs) {
        this.pass = pass;
        this.op = op;
        this.node = node;
        this.inputs = inputs;
    }

    public Compute compute() {
        return pass.compute();
    }

    public Pass pass() {
        return pass;
    }

    /** True if the backward pass will ask this operation for the gradient of input {@code i}. */
    public boolean needs(int i) {
        return node != null && inputs[i].needsGradient();
    }

    /** True if the gradient of a parameter is wanted and there will be a backward pass. */
    public boolean needs(Parameter p) {
        return node != null && pass.trainables().wants(p);
    }

    /** True if there will be a backward pass through this operation at all. */
    public boolean isTaped() {
        return node != null;
    }

    /** True if this operation is the last reader of input {@code i} and nothing else holds its memory: then it may be overwritten. */
    public boolean owns(int i) {
        boolean owns = inputs[i].isLast() && inputs[i].tensor().isExclusive();
        if (owns && pass.tape() != null) {
            pass.tape().forget(inputs[i].tensor());
        }
        return owns;
    }

    /** Keeps a tensor for the backward pass in the way that the recipe says. Two operations that save one tensor share the keeping. */
    public Saved save(Keeper.Role role, Tensor tensor) {
        return pass.tape().keep(node, new Keeper.Context(op.name(), compute().owner(), role, pass.key("save", compute().owner())), tensor);
    }

    /**
     * Says that the output can be made again, to the bit, from what this operation saved: whoever saves it on this tape then need not keep it.
     *
     * @param source role in which that was saved
     * @param made makes it; the caller closes it
     */
    public void canRebuild(Tensor output, Keeper.Role source, Supplier<Tensor> made) {
        pass.tape().canRebuild(node, output, source, made);
    }

    /** The value of a parameter as this pass sees it; owned by the caller. */
    public Tensor read(Parameter p) {
        return pass.read(p);
    }
}
