package headroom.engine.recipe;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What a run has changed of which parameters, so that a checkpoint holds that and no more: a parameter as a whole, or where only a part of it ever trained the columns, rows or
 * entries of the part with their numbers. What is not held comes from the base weights again.
 *
 * <p>In a checkpoint a whole parameter is {@code parameter.PATH}; a part is its values {@code parameter.PATH:values} beside the ids {@code parameter.PATH:columns},
 * {@code :rows} or {@code :entries} (int32, rising; entries by flat position). Parts are gathered on the host: writing and reading them books nothing.
 */
public final class ChangedParameters {
    private static final String PREFIX = "parameter.";
    private static final String VALUES = ":values";

    /** Along what a part is counted. */
    private enum Axis {
        COLUMNS, ROWS, ENTRIES;

        String suffix() {
            return ":" + name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param units that have changed, or null for all there is */
    private record Extent(Axis axis, BitSet units) {
        static final Extent WHOLE = new Extent(null, null);

        boolean isWhole() {
            return units == null;
        }
    }

    private final Map<Parameter, Extent> extents = new IdentityHashMap<>();
    private Trainables last;

    /** What trains in a step changes in it. */
    public void note(Compute c, Trainables now) {
        if (now == last) {
            return;
        }
        last = now;
        for (Parameter p : now.parameters()) {
            add(p, extent(c, p, now.supportOf(p)));
        }
    }

    /** The whole of a parameter has changed. */
    public void note(Parameter p) {
        extents.put(p, Extent.WHOLE);
    }

    private void add(Parameter p, Extent more) {
        extents.merge(p, more, (a, b) -> joined(p, a, b));
    }

    private static Extent extent(Compute c, Parameter p, Support s) {
        return switch (s) {
            case Support.All _, Support.Below _ -> Extent.WHOLE;
            case Support.Rows r -> {
                BitSet rows = new BitSet();
                rows.set(Math.toIntExact(r.from()), Math.toIntExact(r.to()));
                yield new Extent(Axis.ROWS, rows);
            }
            case Support.RowSet r -> new Extent(Axis.ROWS, bits(c, r.ids(), IntStream.of(0), 0));
            case Support.Columns r -> new Extent(Axis.COLUMNS, bits(c, r.ids(), IntStream.of(0), 0));
            case Support.Entries e -> new Extent(Axis.ENTRIES, bits(c, e.ids(), IntStream.of(0), 0));
            case Support.PerRow e when p.elements() > SupportKernels.MOST_ELEMENTS -> Extent.WHOLE;
            case Support.PerRow e -> new Extent(Axis.ENTRIES, bits(c, e.ids(), IntStream.range(0, (int) e.ids().dim(0)), p.shape().dim(1)));
        };
    }

    /** Numbers in a list of ids, which of each of the given rows belong to another stretch of {@code wide} positions. */
    private static BitSet bits(Compute c, Tensor ids, IntStream rows, long wide) {
        ByteBuffer list = c.download(ids).order(ByteOrder.LITTLE_ENDIAN);
        BitSet out = new BitSet();
        int[] all = rows.toArray();
        int each = (int) ids.elements() / all.length;
        for (int r : all) {
            for (int i = 0; i < each; i++) {
                out.set((int) (r * wide + list.getInt(4 * (r * each + i))));
            }
        }
        return out;
    }

    private static Extent joined(Parameter p, Extent a, Extent b) {
        if (a.isWhole() || b.isWhole() || a.axis != b.axis && p.elements() > SupportKernels.MOST_ELEMENTS) {
            return Extent.WHOLE;
        }
        boolean alike = a.axis == b.axis;
        BitSet units = (BitSet) (alike ? a.units : entries(p, a)).clone();
        units.or(alike ? b.units : entries(p, b));
        return new Extent(alike ? a.axis : Axis.ENTRIES, units);
    }

    private static BitSet entries(Parameter p, Extent e) {
        if (e.axis == Axis.ENTRIES) {
            return e.units;
        }
        BitSet out = new BitSet();
        int wide = (int) (p.elements() / p.shape().dim(0));
        if (e.axis == Axis.ROWS) {
            e.units.stream().forEach(row -> out.set(row * wide, (row + 1) * wide));
        } else {
            IntStream.range(0, (int) p.shape().dim(0)).forEach(row -> e.units.stream().forEach(column -> out.set(row * wide + column)));
        }
        return out;
    }

    /** Writes what has changed of some parameters, each part in the form that takes less. */
    void save(Compute c, Collection<Parameter> parameters, State.Writer w) {
        for (Parameter p : parameters) {
            Extent e = extents.get(p);
            if (e == null) {
                continue;
            }
            if (e.isWhole() || bytes(p, e) >= p.data().bytes()) {
                w.tensor(PREFIX + p.path(), p.data());
                continue;
            }
            int[] ids = e.units.stream().toArray();
            w.data(PREFIX + p.path() + e.axis.suffix(), DType.I32, Shape.of(ids.length), () -> {
                ByteBuffer b = buffer(4L * ids.length);
                b.asIntBuffer().put(ids);
                return b;
            });
            w.data(PREFIX + p.path() + VALUES, p.dtype(), shape(p, e.axis, ids.length), () -> {
                ByteBuffer from = c.download(p.data());
                ByteBuffer into = buffer(shape(p, e.axis, ids.length).bytes(p.dtype()));
                pieces(p, e.axis, ids, (whole, part, bytes) -> into.put(part, from, whole, bytes));
                return into;
            });
        }
    }

    private static long bytes(Parameter p, Extent e) {
        int n = e.units.cardinality();
        return 4L * n + shape(p, e.axis, n).bytes(p.dtype());
    }

    private static Shape shape(Parameter p, Axis axis, long n) {
        return switch (axis) {
            case COLUMNS -> Shape.of(p.shape().dim(0), n);
            case ROWS -> Shape.of(n, p.elements() / p.shape().dim(0));
            case ENTRIES -> Shape.of(n);
        };
    }

    private static ByteBuffer buffer(long bytes) {
        return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A stretch of bytes that lies at one place in the whole and at another in the part. */
    private interface Piece {
        void at(int whole, int part, int bytes);
    }

    private static void pieces(Parameter p, Axis axis, int[] ids, Piece each) {
        int size = p.dtype().bytes();
        int rows = (int) p.shape().dim(0);
        int wide = (int) (p.elements() / rows);
        int part = 0;
        switch (axis) {
            case COLUMNS -> {
                for (int row = 0; row < rows; row++) {
                    for (int id : ids) {
                        each.at((row * wide + id) * size, part, size);
                        part += size;
                    }
                }
            }
            case ROWS -> {
                for (int id : ids) {
                    each.at(id * wide * size, part, wide * size);
                    part += wide * size;
                }
            }
            case ENTRIES -> {
                for (int id : ids) {
                    each.at(id * size, part, size);
                    part += size;
                }
            }
        }
    }

    /** Takes up what a checkpoint holds of some parameters: it goes on to be what has changed. */
    public void takeUp(State.Reader r, Collection<Parameter> parameters) {
        for (Parameter p : parameters) {
            if (r.tensors().contains(PREFIX + p.path())) {
                note(p);
                continue;
            }
            Axis axis = axis(r, p);
            if (axis != null) {
                BitSet units = new BitSet();
                IntStream.of(ids(r, p, axis)).forEach(units::set);
                add(p, new Extent(axis, units));
            }
        }
    }

    /**
     * Writes what a checkpoint holds into the parameters.
     *
     * @throws IllegalArgumentException if it is of other shapes or types than the model has
     */
    static void restore(Compute c, Collection<Parameter> parameters, State.Reader r) {
        for (Parameter p : parameters) {
            String name = PREFIX + p.path();
            if (r.tensors().contains(name)) {
                require(r, name, p, p.shape());
                c.overwrite(p.data(), () -> r.data(name));
                continue;
            }
            Axis axis = axis(r, p);
            if (axis != null) {
                int[] ids = ids(r, p, axis);
                require(r, name + VALUES, p, shape(p, axis, ids.length));
                c.overwrite(p.data(), put(c, p, axis, ids, () -> r.data(name + VALUES)));
            }
        }
    }

    private static Supplier<ByteBuffer> put(Compute c, Parameter p, Axis axis, int[] ids, Supplier<ByteBuffer> values) {
        return () -> {
            ByteBuffer whole = buffer(p.data().bytes());
            whole.put(c.download(p.data())).flip();
            ByteBuffer part = values.get();
            pieces(p, axis, ids, (at, from, bytes) -> whole.put(at, part, part.position() + from, bytes));
            return whole;
        };
    }

    private static Axis axis(State.Reader r, Parameter p) {
        for (Axis a : Axis.values()) {
            if (r.tensors().contains(PREFIX + p.path() + a.suffix())) {
                return a;
            }
        }
        return null;
    }

    private static int[] ids(State.Reader r, Parameter p, Axis axis) {
        String name = PREFIX + p.path() + axis.suffix();
        int[] ids = new int[(int) r.shape(name).elements()];
        r.data(name).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(ids);
        long most = switch (axis) {
            case COLUMNS -> p.elements() / p.shape().dim(0);
            case ROWS -> p.shape().dim(0);
            case ENTRIES -> p.elements();
        };
        for (int id : ids) {
            if (id < 0 || id >= most) {
                throw new IllegalArgumentException("the checkpoint holds " + name + " " + id + "; the model has " + most + " of " + p.path() + " " + p.shape());
            }
        }
        return ids;
    }

    private static void require(State.Reader r, String name, Parameter p, Shape shape) {
        if (!r.shape(name).equals(shape) || r.dtype(name) != p.dtype()) {
            throw new IllegalArgumentException("the checkpoint holds " + name + " as " + r.dtype(name) + " " + r.shape(name) + "; the model has " + p.dtype() + " " + p.shape());
        }
    }
}
