package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Outcome;
import headroom.engine.compute.Kernel.Spec;

/** Rows or columns of a matrix [n, d] times a vector, and the sums that are its gradient. Vectors are float32 (float64 for float64): a narrow type would lose a small change of 1. */
public final class ScalingKernels {
    /** {@code (x [n, d], c [d])} → x c, column by column; dx is the same call on dy, dc is {@code column_dots(dy, x)}. */
    public static final Kernel SCALE_COLUMNS = new Kernel("scale_columns", a -> Kernel.makes(new Spec(a.shape(0), a.dtype(0)), columns(a), a.shape(0).elements()));
    /** The same in place. */
    public static final Kernel SCALE_COLUMNS_INTO = new Kernel("scale_columns_into", a -> Kernel.inPlace(columns(a), a.shape(0).elements()));
    /** {@code (x [n, d], c [n])} → c x, row by row. */
    public static final Kernel SCALE_ROWS = new Kernel("scale_rows", a -> Kernel.makes(new Spec(a.shape(0), a.dtype(0)), rows(a), a.shape(0).elements()));
    /** The same in place. */
    public static final Kernel SCALE_ROWS_INTO = new Kernel("scale_rows_into", a -> Kernel.inPlace(rows(a), a.shape(0).elements()));
    /** {@code (x [n, d], c [d], b [d])}: x ← c x + (1 - c) b by columns: x includes the bias b, which is not scaled. */
    public static final Kernel RESCALE_COLUMNS_INTO = new Kernel("rescale_columns_into", a -> {
        Tiles.vector(a, 2, a.dim(0, 1));
        long d = a.dim(0, 1);
        long beginning = Tiles.converted(d, a.dtype(2), a.dtype(1));
        return Kernel.inPlace(d * a.dtype(1).bytes() + Math.max(beginning, columns(a)), 2 * a.shape(0).elements());
    });
    /** {@code (a [n, d], b [n, d])} → Σ over rows of a b, [d]. */
    public static final Kernel COLUMN_DOTS = new Kernel("column_dots", a -> dots(a, 0, a.dim(0, 1), a.dim(0, 1)));
    /** {@code (a [n, d], b [n, d], o [d])} → Σ over rows of a (b - o), [d]. */
    public static final Kernel COLUMN_DOTS_BEYOND = new Kernel("column_dots_beyond", a -> {
        Tiles.vector(a, 2, a.dim(0, 1));
        return dots(a, Tiles.converted(a.dim(0, 1), a.dtype(2), Tiles.wide(a.dtype(0))), a.dim(0, 1), a.dim(0, 1));
    });
    /** {@code (a [n, d], b [n, d])} → Σ over columns of a b, [n]. */
    public static final Kernel ROW_DOTS = new Kernel("row_dots", a -> dots(a, 0, a.dim(0, 0), Math.min(a.dim(0, 0), Tiles.rows(a.dim(0, 1)))));
    /** {@code (a, b)} → a / b, element by element, both of one type and shape, b not negative; 0 / 0 is 0. */
    public static final Kernel QUOTIENT = new Kernel("quotient", a -> {
        Tiles.sameShape(a, 0, 1);
        Tiles.sameType(a, 0, 1);
        long n = a.shape(0).elements();
        return Kernel.makes(new Spec(a.shape(0), a.dtype(0)), n * a.dtype(0).bytes(), n);
    });

    /** {@code (a)} → √a. */
    public static final Kernel ROOT = new Kernel("root", a -> Kernel.makes(new Spec(a.shape(0), a.dtype(0)), a.shape(0).elements()));

    private ScalingKernels() {}

    private static long columns(Args a) {
        Tiles.matrix(a, 0);
        Tiles.vector(a, 1, a.dim(0, 1));
        return widened(a);
    }

    private static long rows(Args a) {
        Tiles.matrix(a, 0);
        Tiles.vector(a, 1, a.dim(0, 0));
        return widened(a);
    }

    private static long widened(Args a) {
        Kernel.require(a.dtype(1) == Tiles.wide(a.dtype(0)), "the vector holds %s, expected %s", a.dtype(1), Tiles.wide(a.dtype(0)));
        return Tiles.converted(Tiles.elements(a.dim(0, 0), a.dim(0, 1)), a.dtype(0), a.dtype(1));
    }

    private static Outcome dots(Args a, long standing, long sums, long partial) {
        Tiles.matrix(a, 0, 1);
        Tiles.sameShape(a, 0, 1);
        DType wide = Tiles.wide(a.dtype(0));
        long tile = Tiles.elements(a.dim(0, 0), a.dim(0, 1));
        // one factor copied; the other where it is narrow, and gone when the partial sums come
        long scratch = standing + tile * wide.bytes() + Math.max(Tiles.converted(tile, a.dtype(0), wide), partial * wide.bytes());
        return Kernel.makes(Spec.of(wide, sums), scratch, 2 * a.shape(0).elements());
    }
}
