package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.State;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The state of all parameters that have any, and what becomes of it: it follows what trains, is reset, dropped, moved, cut, saved and restored. */
final class States implements AutoCloseable {
    private final Compute compute;
    private final Codec codec;
    private final Map<Parameter, ParameterState> states = new LinkedHashMap<>();
    /** Elements that the state of a partly trained parameter belongs to. */
    private final Map<Parameter, Support> supports = new LinkedHashMap<>();

    States(Compute compute, Codec codec) {
        this.compute = compute;
        this.codec = codec;
    }

    /** The state of a parameter's elements; it begins now if there is none. */
    ParameterState of(Parameter p, Support support, long step) {
        ParameterState s = states.get(p);
        if (s == null) {
            s = new ParameterState(compute, p, codec, step);
            states.put(p, s);
            belongs(p, support);
        }
        return s;
    }

    boolean holds(Parameter p) {
        return states.containsKey(p);
    }

    /** Of a parameter that left, state is freed if the lifecycle says so; of one whose elements changed it moves with those that stay, or goes. */
    void follow(Trainables now, OptimizerChoice.Lifecycle lifecycle) {
        boolean drops = lifecycle instanceof OptimizerChoice.DropOnFreeze;
        for (Parameter p : List.copyOf(states.keySet())) {
            if (!now.trains(p)) {
                if (drops || supports.containsKey(p)) {
                    drop(p);
                }
            } else if (!now.supportOf(p).equals(supportOf(p))) {
                if (lifecycle instanceof OptimizerChoice.RemapSupport) {
                    remap(p, now.supportOf(p));
                } else {
                    drop(p);
                }
            }
        }
    }

    /** The elements that the state of a parameter belongs to. */
    private Support supportOf(Parameter p) {
        return supports.getOrDefault(p, Support.ALL);
    }

    /** The state is spread over the whole parameter for a moment, one tensor at a time, and read at the new elements: survivors keep theirs, newcomers start at zero. */
    private void remap(Parameter p, Support to) {
        ParameterState s = states.get(p);
        Support from = supportOf(p);
        compute.ledger().during("remap state", p.path());
        // a master copy of elements that are new is the weight itself, so it is made again
        s.discard(ParameterState.MASTER);
        s.change(old -> {
            try (old; Tensor whole = compute.zeros(Category.WORKSPACE, p.path(), old.dtype(), p.shape())) {
                from.write(compute, whole, old);
                try (Tensor part = to.read(compute, whole)) {
                    return to.isView() ? compute.call(CoreKernels.COPY, part) : part.retain();
                }
            }
        }, from.shape(p.shape()));
        belongs(p, to);
    }

    private void belongs(Parameter p, Support to) {
        Support before = to.isAll() ? supports.remove(p) : supports.put(p, to.retain());
        if (before != null) {
            before.close();
        }
    }

    /** Leaves the other book empty. */
    void takeOver(States before) {
        states.putAll(before.states);
        supports.putAll(before.supports);
        before.states.clear();
        before.supports.clear();
    }

    void reset(Predicate<Parameter> which, long step) {
        states.forEach((p, s) -> {
            if (which.test(p)) {
                s.reset(step);
            }
        });
    }

    void drop(Parameter p) {
        ParameterState s = states.remove(p);
        if (s != null) {
            s.close();
        }
        belongs(p, Support.ALL);
    }

    void move(Parameter p, Tier to) {
        if (states.get(p) instanceof ParameterState s) {
            s.move(to);
        }
    }

    /** @param kept rows of the first axis [m] I64 */
    void slice(Parameter p, Tensor kept) {
        if (states.get(p) instanceof ParameterState s) {
            s.change(old -> {
                long[] dims = old.shape().dims();
                dims[0] = kept.elements();
                try (old; Tensor rows = old.view(old.dim(0), old.elements() / old.dim(0)); Tensor cut = compute.call(OptimizerKernels.TAKE_ROWS, rows, kept)) {
                    return cut.view(dims);
                }
            }, p.shape());
        }
    }

    void save(State.Writer w) {
        states.values().forEach(s -> s.save(w));
    }

    /** Takes up what a checkpoint holds of a parameter, if anything. */
    void restore(State.Reader r, Parameter p, Support support) {
        ParameterState s = ParameterState.restore(compute, p, codec, r);
        if (s != null) {
            states.put(p, s);
            belongs(p, support);
        }
    }

    @Override
    public void close() {
        states.values().forEach(ParameterState::close);
        states.clear();
        supports.values().forEach(Support::close);
        supports.clear();
    }
}
