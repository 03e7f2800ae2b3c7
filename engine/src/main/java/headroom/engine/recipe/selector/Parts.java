package headroom.engine.recipe.selector;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import headroom.engine.recipe.State;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the selectors of parts of matrices share: their lists of ids, booked as OPTIMIZER to {@code selector.PATH}, and what is published of them. */
abstract class Parts implements Selector {
    private static final String OWNER = "selector.";
    final Compute compute;
    final List<Parameter> matrices;
    private final Collection<Parameter> always;
    private final Map<Parameter, Support> supports = new LinkedHashMap<>();
    private Trainables current = Trainables.none();
    private long interval = -1;

    /** @param always what trains whole: adapter and task head */
    Parts(Compute compute, List<Parameter> matrices, Collection<Parameter> always) {
        this.compute = compute;
        this.matrices = matrices;
        this.always = always;
    }

    /** Number of the interval that a step lies in; one choice holds for an interval. */
    abstract long interval(long step);

    /** Chooses anew. Every list of ids it makes is owned by the support. */
    abstract Support choose(Parameter p, long interval);

    @Override
    public final Trainables at(long step) {
        if (interval(step) != interval) {
            draw(interval(step));
        }
        return current;
    }

    private void draw(long now) {
        // the ids of before go first; an optimizer that moves its state from them to the new ones holds them itself
        release();
        for (Parameter p : matrices) {
            String before = compute.within(p.path());
            compute.ledger().during("select", p.path());
            supports.put(p, choose(p, now));
            compute.within(before);
        }
        interval = now;
        publish();
    }

    @Override
    public final void forget() {
        interval = -1;
    }

    private void publish() {
        Map<Parameter, Trainables.Trained> map = new LinkedHashMap<>();
        always.forEach(p -> map.put(p, new Trainables.Trained(Support.ALL, "main")));
        supports.forEach((p, s) -> map.put(p, new Trainables.Trained(s, "main")));
        current = Trainables.of(map, Set.of());
    }

    /** A list of ids from host code, ascending. */
    final Tensor ids(Parameter p, Shape shape, java.util.function.Supplier<int[]> chosen) {
        return compute.upload(Category.OPTIMIZER, OWNER + p.path(), DType.I32, shape, () -> {
            int[] ids = chosen.get();
            ByteBuffer b = ByteBuffer.allocateDirect(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
            b.asIntBuffer().put(ids);
            return b;
        });
    }

    /** A list of ids that a kernel has made. */
    final Tensor booked(Parameter p, Tensor ids) {
        return ids.book(Category.OPTIMIZER, OWNER + p.path());
    }

    @Override
    public final Trainables current() {
        return current;
    }

    @Override
    public void save(State.Writer w) {
        w.number(OWNER + "interval", interval);
        supports.forEach((p, s) -> {
            if (s.ids() != null) {
                w.tensor(OWNER + p.path(), s.ids());
            } else if (s instanceof Support.Below b) {
                w.number(OWNER + p.path(), Double.doubleToLongBits(b.theta()));
                w.number(OWNER + p.path() + ".count", b.count());
            }
        });
    }

    /** Takes up the very choice of the checkpoint: the weights that it was made from have moved since. */
    @Override
    public void restore(State.Reader r, Collection<Parameter> parameters) {
        close();
        for (Parameter p : matrices) {
            String name = OWNER + p.path();
            Tensor ids = r.tensors().contains(name) ? compute.upload(Category.OPTIMIZER, name, DType.I32, r.shape(name), () -> r.data(name)) : null;
            if (ids != null) {
                restored(p, ids.elements());
            }
            supports.put(p, ids == null ? new Support.Below(Double.longBitsToDouble(r.number(name)), r.number(name + ".count")) : of(ids));
        }
        interval = r.number(OWNER + "interval");
        publish();
    }

    /** A choice of so many ids came back from a checkpoint. */
    void restored(Parameter p, long ids) {
        // a size that follows from the choice needs no record
    }

    /** The support that a list of ids means here. */
    abstract Support of(Tensor ids);

    /** Frees what was measured and has not been chosen by. */
    void forgetMeasures() {
        // nothing is measured, as a rule
    }

    @Override
    public final void close() {
        forgetMeasures();
        release();
    }

    private void release() {
        supports.values().forEach(Support::close);
        supports.clear();
        current = Trainables.none();
        interval = -1;
    }
}
