package headroom.engine.tape;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.SupportKernels;

/**
 * Which elements of a parameter train. A closed set. Gradients, optimizer state and master copies of a partly trained parameter have the support's shape, and a step writes
 * no other element. Ids are int32, ascending, none twice; they belong to the selector that published the support.
 */
public sealed interface Support extends AutoCloseable {
    /** Every element. */
    Support ALL = new All();

    /** Every element. */
    record All() implements Support {
        @Override
        public Shape shape(Shape whole) {
            return whole;
        }

        @Override
        public Tensor read(Compute c, Tensor w) {
            return w.retain();
        }

        @Override
        public void write(Compute c, Tensor w, Tensor values) {
            c.apply(CoreKernels.COPY_INTO, w, values);
        }

        @Override
        public void take(Compute c, Tensor into, Tensor tile, long row) {
            try (Tensor rows = into.rows(row, row + tile.dim(0))) {
                c.apply(CoreKernels.COPY_INTO, rows, tile);
            }
        }
    }

    /** One block of rows, {@code from} to {@code to} (exclusive) of the first axis. Its values are a view: nothing is copied. */
    record Rows(long from, long to) implements Support {
        @Override
        public Shape shape(Shape whole) {
            long[] dims = whole.dims();
            dims[0] = to - from;
            return Shape.of(dims);
        }

        @Override
        public Tensor read(Compute c, Tensor w) {
            return w.rows(from, to);
        }

        @Override
        public void write(Compute c, Tensor w, Tensor values) {
            try (Tensor rows = w.rows(from, to)) {
                c.apply(CoreKernels.COPY_INTO, rows, values);
            }
        }

        @Override
        public void take(Compute c, Tensor into, Tensor tile, long row) {
            long first = Math.max(from, row);
            long last = Math.min(to, row + tile.dim(0));
            if (first < last) {
                try (Tensor part = tile.rows(first - row, last - row); Tensor rows = into.rows(first - from, last - from)) {
                    c.apply(CoreKernels.COPY_INTO, rows, part);
                }
            }
        }
    }

    /** Chosen rows of a matrix [m, n]: ids [k], values [k, n]. */
    record RowSet(Tensor ids) implements Support {
        @Override
        public Shape shape(Shape whole) {
            return Shape.of(ids.dim(0), whole.dim(1));
        }

        @Override
        public Tensor read(Compute c, Tensor w) {
            return c.call(SupportKernels.ROWS_OF, w, ids);
        }

        @Override
        public void write(Compute c, Tensor w, Tensor values) {
            c.apply(SupportKernels.PUT_ROWS_INTO, w, values, ids);
        }

        @Override
        public void take(Compute c, Tensor into, Tensor tile, long row) {
            throw new IllegalStateException("chosen rows are taken from a whole gradient, or from chosen rows of its factor");
        }

        @Override
        public boolean takesTiles() {
            return false;
        }
    }

    /** Chosen columns of a matrix [m, n]: ids [k], values [m, k]. A linear site with such a support saves these columns of its input alone. */
    record Columns(Tensor ids) implements Support {
        @Override
        public Shape shape(Shape whole) {
            return Shape.of(whole.dim(0), ids.dim(0));
        }

        @Override
        public Tensor read(Compute c, Tensor w) {
            return c.call(SupportKernels.COLUMNS_OF, w, ids);
        }

        @Override
        public void write(Compute c, Tensor w, Tensor values) {
            c.apply(SupportKernels.PUT_COLUMNS_INTO, w, values, ids);
        }

        @Override
        public void take(Compute c, Tensor into, Tensor tile, long row) {
            try (Tensor part = c.call(SupportKernels.COLUMNS_OF, tile, ids); Tensor rows = into.rows(row, row + tile.dim(0))) {
                c.apply(CoreKernels.COPY_INTO, rows, part);
            }
        }
    }

    /** Of each row k columns of its own: ids [m, k], values [m, k]. */
    record PerRow(Tensor ids) implements Support {
        @Override
        public Shape shape(Shape whole) {
            return ids.shape();
        }

        @Override
        public Tensor read(Compute c, Tensor w) {
            return c.call(SupportKernels.PICKS_OF, w, ids);
        }

        @Override
        public void write(Compute c, Tensor w, Tensor values) {
            c.apply(SupportKernels.PUT_PICKS_INTO, w, values, ids);
        }

        @Override
        public void take(Compute c, Tensor into, Tensor tile, long row) {
            try (Tensor rows = into.rows(row, row + tile.dim(0)); Tensor own = ids.rows(row, row + tile.dim(0))) {
                c.apply(SupportKernels.PICKS_INTO, rows, tile, own);
            }
        }
    }

    /** Chosen entries of a matrix by flat position: ids [k], values [k]. */
    record Entries(Tensor ids) implements Support {
        @Override
        public Shape shape(Shape whole) {
            return ids.shape();
        }

        @Override
        public Tensor read(Compute c, Tensor w) {
            return c.call(SupportKernels.ENTRIES_OF, w, ids);
        }

        @Override
        public void write(Compute c, Tensor w, Tensor values) {
            c.apply(SupportKernels.PUT_ENTRIES_INTO, w, values, ids);
        }

        @Override
        public void take(Compute c, Tensor into, Tensor tile, long row) {
            c.apply(SupportKernels.ENTRIES_INTO, into, tile, ids, row);
        }
    }

    /**
     * The elements with |w| ≤ θ at the moment: a predicate, judged tile by tile wherever it is needed and stored nowhere. It has no values of its own, so only a keyed direction
     * can follow it; an element that has left does not come back. For gradients choose {@link Entries} instead.
     *
     * @param count how many there were when θ was chosen
     */
    record Below(double theta, long count) implements Support {
        @Override
        public Shape shape(Shape whole) {
            throw noValues();
        }

        @Override
        public Tensor read(Compute c, Tensor w) {
            throw noValues();
        }

        @Override
        public void write(Compute c, Tensor w, Tensor values) {
            throw noValues();
        }

        @Override
        public void take(Compute c, Tensor into, Tensor tile, long row) {
            throw noValues();
        }

        private static IllegalStateException noValues() {
            return new IllegalStateException("a predicate |w| ≤ θ has no list of elements, so no gradient and no optimizer state; choose entries, or an estimate along a keyed direction");
        }
    }

    /** Shape of the support's values for a parameter of a shape. */
    Shape shape(Shape whole);

    /** The elements of w in the support, in {@link #shape}; owned by the caller. May be a view of w. */
    Tensor read(Compute c, Tensor w);

    /** Overwrites the elements of w in the support. */
    void write(Compute c, Tensor w, Tensor values);

    /**
     * Takes what lies in a tile of rows.
     *
     * @param into values of the support, filled tile by tile
     * @param tile rows {@code row} to {@code row + r} of a tensor of the parameter's shape; borrowed
     */
    void take(Compute c, Tensor into, Tensor tile, long row);

    /** False if its values cannot be taken from tiles of rows. */
    default boolean takesTiles() {
        return true;
    }

    default boolean isAll() {
        return this instanceof All;
    }

    /** True if its values are a view of the tensor they were read from, so that changing them changes it. */
    default boolean isView() {
        return this instanceof All || this instanceof Rows;
    }

    /** Its list of ids, or null. */
    default Tensor ids() {
        return null;
    }

    /** Adds an owner of its ids. */
    default Support retain() {
        if (ids() != null) {
            ids().retain();
        }
        return this;
    }

    /** Takes an owner of its ids away. */
    @Override
    default void close() {
        if (ids() != null) {
            ids().close();
        }
    }

    /** Number of elements; of a predicate those when it was chosen. */
    default long elements(Shape whole) {
        return this instanceof Below b ? b.count() : shape(whole).elements();
    }
}
