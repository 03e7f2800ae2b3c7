package headroom.engine.tape;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Remembers the operations of one forward pass and runs them backward. Need decides everything: an operation none of whose inputs or parameters needs a gradient is not
 * remembered and keeps nothing.
 */
public final class Tape implements AutoCloseable {
    /** One kept tensor, perhaps saved by several operations. */
    static final class Shared implements Saved {
        private final Saved saved;
        private final Keeper.Role role;
        private final Map<Tensor, Shared> index;
        private final Tensor key;
        int readers;

        Shared(Saved saved, Keeper.Role role, Map<Tensor, Shared> index, Tensor key) {
            this.saved = saved;
            this.role = role;
            this.index = index;
            this.key = key;
        }

        @Override
        public Tensor get() {
            return saved.get();
        }

        @Override
        public void close() {
            if (--readers == 0) {
                index.remove(key, this);
                saved.close();
            }
        }
    }

    /** Bytes of outputs that could be made again and that a part which is run again keeps. */
    private static final long SPARED = 32 << 20;

    private final Compute compute;
    private final Trainables trainables;
    private final Keeper keeper;
    private final GradientSink sink;
    private final Tape parent;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Tensor, Shared> keptTensors = new IdentityHashMap<>();
    private final Map<Tensor, Rebuilt.Recipe> rebuildable = new IdentityHashMap<>();
    private final Map<Parameter, int[]> uses = new IdentityHashMap<>();
    private final Set<Parameter> completed;
    private final List<Tensor> owned = new ArrayList<>(2);
    private long spared;

    public Tape(Compute compute, Trainables trainables, Keeper keeper, GradientSink sink) {
        this(compute, trainables, keeper, sink, null);
    }

    private Tape(Compute compute, Trainables trainables, Keeper keeper, GradientSink sink, Tape parent) {
        this.compute = compute;
        this.trainables = trainables;
        this.keeper = keeper;
        this.sink = sink;
        this.parent = parent;
        this.completed = parent == null ? Collections.newSetFromMap(new IdentityHashMap<>()) : parent.completed;
    }

    /** A tape for a part of the pass that is run again during the backward pass. Its gradients go to the same sink, and a parameter is complete when it is on both tapes. */
    public Tape nested() {
        return new Tape(compute, trainables, keeper, sink, this);
    }

    public Trainables trainables() {
        return trainables;
    }

    public GradientSink sink() {
        return sink;
    }

    public Keeper keeper() {
        return keeper;
    }

    /** A value that the backward pass reaches and stops at; its gradient is asked with {@link #takeGradient}. Takes ownership of the tensor. */
    public Value leaf(Tensor t) {
        return new Value(t, true, true);
    }

    /** Takes over a tensor that operations only borrow, such as lengths that were made on the way, and frees it when the backward pass is over. */
    public void own(Tensor t) {
        owned.add(t);
    }

    /** Bytes of what it has taken over. */
    public long ownedBytes() {
        return owned.stream().mapToLong(Tensor::bytes).sum();
    }

    /** True for a part of a pass that is run again: its backward pass follows at once. */
    public boolean isNested() {
        return parent != null;
    }

    private void freeOwned() {
        owned.forEach(Tensor::close);
        owned.clear();
    }

    static Value apply(Pass pass, Op op, Value... inputs) {
        Compute c = pass.compute();
        Tape tape = pass.tape();
        Node node = null;
        if (tape != null) {
            List<Parameter> wanted = op.parameters().isEmpty() ? List.of() : op.parameters().stream().filter(pass.trainables()::wants).toList();
            boolean needed = !wanted.isEmpty();
            for (Value v : inputs) {
                needed |= v.needsGradient();
            }
            if (needed) {
                node = new Node(op, inputs.clone(), c.owner(), wanted);
            }
        }
        Tensor[] in = new Tensor[inputs.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = inputs[i].tensor();
        }
        c.ledger().during(op.name(), c.owner());
        Tensor out;
        try {
            out = op.forward(new Forward(pass, op, node, inputs), in);
        } catch (RuntimeException e) {
            if (node != null) {
                tape.release(node);
            }
            throw e;
        }
        for (Value v : inputs) {
            if (v.takeLast()) {
                v.release();
            }
        }
        Value result = new Value(out, node != null, false);
        if (node != null) {
            node.output = result;
            tape.nodes.add(node);
            for (Parameter p : node.wanted) {
                tape.uses.computeIfAbsent(p, k -> new int[1])[0]++;
            }
        }
        return result;
    }

    Saved keep(Node node, Keeper.Context context, Tensor tensor) {
        Shared s = keptTensors.get(tensor);
        if (s == null || s.role != context.role() && !keeper.serves(s.role, context.role())) {
            Rebuilt.Recipe recipe = rebuildable.get(tensor);
            boolean rebuilds = recipe != null && keeper.rebuilds(recipe.source(), context.role()) && !spares(tensor);
            s = new Shared(rebuilds ? new Rebuilt(recipe) : keeper.keep(context, tensor), context.role(), keptTensors, tensor);
            keptTensors.put(tensor, s);
        }
        s.readers++;
        node.kept.add(s);
        return s;
    }

    /** In a part that is run again, what is small is kept all the same: it was made twice already, and its reader is near. */
    private boolean spares(Tensor tensor) {
        boolean small = parent != null && spared + tensor.bytes() <= SPARED;
        spared += small ? tensor.bytes() : 0;
        return small;
    }

    void canRebuild(Node node, Tensor output, Keeper.Role source, Supplier<Tensor> made) {
        node.rebuilt = output;
        rebuildable.put(output, new Rebuilt.Recipe(source, made));
    }

    /** A tensor is about to be overwritten: what saves it afterwards saves something else. */
    void forget(Tensor tensor) {
        rebuildable.remove(tensor);
        keptTensors.remove(tensor);
    }

    private void release(Node node) {
        node.kept.forEach(Shared::close);
        if (node.rebuilt != null) {
            rebuildable.remove(node.rebuilt);
        }
    }

    /**
     * Runs backward from a value. Frees each operation's saves as soon as it is done with them.
     *
     * @param dy gradient of {@code from}; ownership is taken
     */
    public void backward(Value from, Tensor dy) {
        from.gradient = dy;
        while (!nodes.isEmpty()) {
            Node node = nodes.removeLast();
            try {
                step(node);
            } finally {
                release(node);
            }
            for (Parameter p : node.wanted) {
                if (--uses.get(p)[0] == 0 && (parent == null || parent.isLastUse(p)) && completed.add(p)) {
                    sink.complete(p);
                }
            }
        }
        freeOwned();
    }

    private boolean isLastUse(Parameter p) {
        int[] left = uses.get(p);
        // the segment that is being run again counts as one use here
        return (left == null || left[0] <= 1) && (parent == null || parent.isLastUse(p));
    }

    private void step(Node node) {
        Tensor dy = node.output.gradient;
        node.output.gradient = null;
        if (dy == null) {
            return;
        }
        String before = compute.within(node.owner);
        compute.ledger().during(node.op.name() + " backward", node.owner);
        try {
            node.op.backward(new Backward(this, compute, node), dy);
        } finally {
            compute.within(before);
            dy.close();
        }
    }

    /** The gradient that reached a leaf; owned by the caller. Null if none did. */
    public static Tensor takeGradient(Value leaf) {
        Tensor g = leaf.gradient;
        leaf.gradient = null;
        return g;
    }

    /** Forgets what is left, after a failure or a pass without backward. */
    @Override
    public void close() {
        for (Node n : nodes) {
            release(n);
            dropGradient(n.output);
            for (Value v : n.inputs) {
                dropGradient(v);
            }
        }
        nodes.clear();
        freeOwned();
    }

    private static void dropGradient(Value v) {
        if (v.gradient != null) {
            v.gradient.close();
            v.gradient = null;
        }
    }
}
