package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.recipe.State;
import headroom.engine.tape.Parameter;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The optimizer state of one parameter: its own clock, and slots by name. Made slot by slot, as a rule asks for them. */
final class ParameterState implements AutoCloseable {
    /** Float32 copy of a bf16 weight. */
    static final String MASTER = "master";
    private static final String CODES = ".codes";
    private static final String SCALES = ".scales";

    private final Compute compute;
    private final Parameter parameter;
    private final Codec codec;
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private long clock;
    private long born;

    /** @param step of the run, counted from 0, at which the state begins */
    ParameterState(Compute compute, Parameter parameter, Codec codec, long step) {
        this.compute = compute;
        this.parameter = parameter;
        this.codec = codec;
        this.born = step;
    }

    /**
     * A step of the parameter begins.
     *
     * @param step of the run; a rehearsal leaves out steps that book the same, so its clocks follow the run, or a renewal of a basis would never come
     */
    void tick(long step) {
        clock = compute.isDry() ? step - born + 1 : clock + 1;
    }

    /** Steps since the state began, 1 in the first. */
    long clock() {
        return clock;
    }

    private String owner(String name) {
        return parameter.path() + "." + name;
    }

    /** A moment, zeros at first. */
    Slot moment(String name, Shape shape) {
        return slots.computeIfAbsent(name, n -> codec.zeros(parameter, owner(n), shape));
    }

    /** A small tensor that is never coded, zeros at first. */
    Tensor exact(String name, Shape shape) {
        return ((Slot.Dense) slots.computeIfAbsent(name, n -> new Slot.Dense(compute.zeros(Category.OPTIMIZER, owner(n), Codec.wideType(parameter), shape)))).tensor();
    }

    /** A tensor as it was made, or null. */
    Tensor kept(String name) {
        return slots.get(name) instanceof Slot.Dense d ? d.tensor() : null;
    }

    /** Keeps a tensor; it is owned by the state from now on. */
    Tensor keep(String name, Tensor tensor) {
        discard(name);
        slots.put(name, new Slot.Dense(tensor.book(Category.OPTIMIZER, owner(name))));
        return tensor;
    }

    void discard(String name) {
        Slot old = slots.remove(name);
        if (old != null) {
            old.close();
        }
    }

    /** Moments become zeros and the clock starts again; the master copy is the weight itself and stays. */
    void reset(long step) {
        clock = 0;
        born = step;
        slots.forEach((name, slot) -> {
            if (!name.equals(MASTER)) {
                slot.clear(compute);
            }
        });
    }

    /** Starts the moments again and nothing else. */
    void clear(String... names) {
        for (String n : names) {
            if (slots.get(n) instanceof Slot s) {
                s.clear(compute);
            }
        }
    }

    /** Brings everything to a tier. One slot at a time exists in both; where there is no room for it, it stays where it was. */
    void move(Tier to) {
        slots.replaceAll((name, slot) -> {
            if (slot.tier() == to) {
                return slot;
            }
            Slot there = slot.moved(t -> compute.copyTo(to, t));
            slot.close();
            return there;
        });
    }

    /** Follows a change of structure: puts each slot of the parameter's shape through a change that takes it over. */
    void change(UnaryOperator<Tensor> change, Shape shape) {
        slots.replaceAll((name, slot) -> switch (slot) {
            case Slot.Dense d when d.tensor().shape().equals(shape) -> {
                Tier before = compute.in(d.tier());
                Slot changed = d.moved(t -> change.apply(t).book(Category.OPTIMIZER, owner(name)));
                compute.in(before);
                yield changed;
            }
            case Slot.Dense d -> throw new IllegalStateException("state " + owner(name) + " of shape " + d.tensor().shape() + " cannot follow elements of " + shape + "; reset it");
            case Slot.Coded c -> throw new IllegalStateException("state " + owner(name) + " in 8-bit codes of blocks cannot follow single elements; use Float32State");
        });
    }

    void save(State.Writer w) {
        String at = at(parameter);
        w.number(at + "clock", clock);
        slots.forEach((name, slot) -> {
            switch (slot) {
                case Slot.Dense d -> w.tensor(at + name, d.tensor());
                case Slot.Coded c -> {
                    w.tensor(at + name + CODES, c.codes());
                    w.tensor(at + name + SCALES, c.scales());
                }
            }
        });
    }

    /** What a checkpoint holds of the parameter, or null. */
    static ParameterState restore(Compute compute, Parameter parameter, Codec codec, State.Reader r) {
        String at = at(parameter);
        ParameterState s = null;
        for (String name : r.tensors()) {
            if (!name.startsWith(at) || name.endsWith(SCALES)) {
                continue;
            }
            String slot = name.substring(at.length());
            boolean coded = slot.endsWith(CODES);
            String bare = coded ? slot.substring(0, slot.length() - CODES.length()) : slot;
            if (bare.indexOf('.') >= 0) {
                // of a parameter whose path goes on
                continue;
            }
            if (s == null) {
                s = new ParameterState(compute, parameter, codec, 0);
                s.clock = r.number(at + "clock");
            }
            Tensor first = s.load(r, name, bare);
            s.slots.put(bare, coded ? new Slot.Coded(first, s.load(r, at + bare + SCALES, bare + SCALES)) : new Slot.Dense(first));
        }
        return s;
    }

    private Tensor load(State.Reader r, String name, String slot) {
        Supplier<ByteBuffer> data = () -> r.data(name);
        DType type = r.dtype(name);
        return compute.upload(Category.OPTIMIZER, owner(slot), type, r.shape(name), data);
    }

    private static String at(Parameter p) {
        return "optimizer." + p.path() + ".";
    }

    @Override
    public void close() {
        slots.values().forEach(Slot::close);
        slots.clear();
    }
}
