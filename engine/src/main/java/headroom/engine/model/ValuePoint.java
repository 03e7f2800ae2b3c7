package headroom.engine.model;

import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import java.util.ArrayList;
import java.util.List;

/** A point that a value passes: branches read it and put another value of the same shape in its place, in order of attachment. Without branches the value goes by untouched. */
public final class ValuePoint implements Point {
    /** What a point is in its model. */
    public enum Kind {
        /** Output of a linear site; the input is what the site reads. */
        SITE,
        /** What the last site of a feed-forward layer reads, [N, F]. */
        GATE,
        /** What attention or feed-forward reads. */
        SUBLAYER_IN,
        /** What attention or feed-forward adds to the residual stream; the input is what it read. */
        SUBLAYER_OUT,
        /** Output of a block, after its last sum and, where the family norms there, its norm. */
        BLOCK,
        /** Second stream of a reversible pair along a block. What is attached is a function of that stream, which is added to the other; without it there is none. */
        STREAM,
        /** Input of the first block or hidden states after the last. */
        STACK,
        /** What a task head reads, [B, d]. */
        FEATURES
    }

    /** Something that changes the value of a point. A pure function of its inputs, its parameters and the keys of the pass. */
    public interface Branch {
        List<Parameter> parameters();

        /** True if it reads the input of the module whose output it changes. */
        default boolean readsInput() {
            return true;
        }

        /** True if it adds to the value, so that what it adds can be scaled ({@link headroom.engine.tape.AdapterControls#factor}). */
        default boolean takesFactor() {
            return false;
        }

        /**
         * @param y value at the point [N, width], read for the last time if it is marked so
         * @param x input of the module, read for the last time if it is marked so; null where the point has none
         */
        Value apply(Pass pass, Value y, Value x);
    }

    private final String path;
    private final Kind kind;
    private final long width;
    private final List<Branch> branches = new ArrayList<>(1);

    ValuePoint(String path, Kind kind, long width) {
        this.path = path;
        this.kind = kind;
        this.width = width;
    }

    @Override
    public String path() {
        return path;
    }

    public Kind kind() {
        return kind;
    }

    @Override
    public long width() {
        return width;
    }

    public List<Branch> branches() {
        return List.copyOf(branches);
    }

    public void attach(Branch branch) {
        branches.add(branch);
    }

    /** Takes the branches off, e.g. to compare with the base model; they are not freed. */
    public List<Branch> detachAll() {
        List<Branch> were = List.copyOf(branches);
        branches.clear();
        return were;
    }

    @Override
    public List<Parameter> parameters() {
        return branches.isEmpty() ? List.of() : branches.stream().flatMap(b -> b.parameters().stream()).toList();
    }

    /** True if a branch here reads the module's input, which then has to outlive the module. */
    boolean readsInput(Pass pass) {
        if (!pass.adapters().on()) {
            return false;
        }
        for (Branch b : branches) {
            if (b.readsInput()) {
                return true;
            }
        }
        return false;
    }

    /**
     * The value after all branches, marked as read last; {@code y} itself, with the mark it has, if there are none.
     *
     * @param y read for the last time if it is marked so
     * @param x input of the module, or null; may be marked as read last only if {@link #readsInput}
     */
    Value through(Pass pass, Value y, Value x) {
        if (branches.isEmpty() || !pass.adapters().on()) {
            return y;
        }
        if (pass.adapters().factor() != 1) {
            requireFactor();
        }
        boolean last = x != null && x.takeLast();
        String before = pass.compute().within(path);
        Value v = y;
        for (int i = 0; i < branches.size(); i++) {
            Branch b = branches.get(i);
            v = b.apply(pass, v, last && isLastReader(i) ? x.last() : x).last();
        }
        pass.compute().within(before);
        return v;
    }

    private void requireFactor() {
        for (Branch b : branches) {
            if (!b.takesFactor()) {
                throw new IllegalArgumentException("what is attached at " + path + " does not add to the value there, so it has no factor; switch it on or off");
            }
        }
    }

    private boolean isLastReader(int i) {
        return branches.get(i).readsInput() && branches.subList(i + 1, branches.size()).stream().noneMatch(Branch::readsInput);
    }
}
