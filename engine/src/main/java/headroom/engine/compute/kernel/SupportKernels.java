package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Outcome;
import headroom.engine.compute.Kernel.Spec;

/**
 * Parts of a matrix w [m, n] by index, choice by magnitude, and squared norms of gradients that are never made. Ids are int32, ascending, none twice; the values of a part
 * have the type of the matrix.
 */
public final class SupportKernels {
    /** Ids are 32 bits wide, so positions in a tensor are at most this. */
    public static final long MOST_ELEMENTS = Integer.MAX_VALUE;

    /** {@code (w [m, n], ids [k])} → [m, k]. */
    public static final Kernel COLUMNS_OF = new Kernel("columns_of", a -> part(a, Spec.of(a.dtype(0), a.dim(0, 0), ids(a, 1, 1))));
    /** {@code (w [m, n], ids [k])} → [k, n]. */
    public static final Kernel ROWS_OF = new Kernel("rows_of", a -> part(a, Spec.of(a.dtype(0), ids(a, 1, 1), a.dim(0, 1))));
    /** {@code (w [m, n], values [m, k], ids [k])}. */
    public static final Kernel PUT_COLUMNS_INTO = new Kernel("put_columns_into", a -> put(a, a.dim(0, 0), ids(a, 2, 1), 8 * ids(a, 2, 1)));
    /** {@code (w [m, n], values [k, n], ids [k])}. */
    public static final Kernel PUT_ROWS_INTO = new Kernel("put_rows_into", a -> put(a, ids(a, 2, 1), a.dim(0, 1), 8 * ids(a, 2, 1)));
    /** {@code (w [m, n], ids [m, k])} → [m, k]: of each row the columns of its own choice. */
    public static final Kernel PICKS_OF = new Kernel("picks_of", a -> {
        long k = picks(a, 0, 1);
        return Kernel.makes(Spec.of(a.dtype(0), a.dim(0, 0), k), picking(a, 0, 1), a.shape(1).elements());
    });
    /** {@code (to [m, k], w [m, n], ids [m, k])}: the same into memory that is there. */
    public static final Kernel PICKS_INTO = new Kernel("picks_into", a -> {
        picks(a, 1, 2);
        Tiles.sameShape(a, 0, 2);
        Tiles.sameType(a, 0, 1);
        return Kernel.inPlace(picking(a, 1, 2), a.shape(2).elements());
    });
    /** {@code (w [m, n], values [m, k], ids [m, k])}. */
    public static final Kernel PUT_PICKS_INTO = new Kernel("put_picks_into", a -> put(a, a.dim(0, 0), picks(a, 0, 2), 8 * Tiles.elements(a.dim(2, 0), a.dim(2, 1))));
    /** {@code (w [m, n], ids [k])} → [k], ids flat positions. */
    public static final Kernel ENTRIES_OF = new Kernel("entries_of", a -> Kernel.makes(Spec.of(a.dtype(0), ids(a, 1, 1)), a.shape(1).elements()));
    /** {@code (w [m, n], values [k], ids [k])}. */
    public static final Kernel PUT_ENTRIES_INTO = new Kernel("put_entries_into", a -> {
        Tiles.vector(a, 1, ids(a, 2, 1));
        Tiles.sameType(a, 0, 1);
        return Kernel.inPlace(8 * Tiles.elements(a.dim(2, 0)), a.shape(2).elements());
    });
    /** {@code (to [k], rows [r, n], ids [k], row)}: fills in the entries that lie in rows {@code row} to {@code row + r} of a matrix, given those rows. */
    public static final Kernel ENTRIES_INTO = new Kernel("entries_into", a -> {
        Tiles.matrix(a, 1);
        Tiles.vector(a, 0, ids(a, 2, 1));
        Tiles.sameType(a, 0, 1);
        Kernel.require((a.integer(3) + a.dim(1, 0)) * a.dim(1, 1) <= MOST_ELEMENTS, "positions up to %d do not fit 32 bits", (a.integer(3) + a.dim(1, 0)) * a.dim(1, 1));
        return Kernel.inPlace((4 + a.dtype(0).bytes()) * Tiles.elements(Math.min(a.dim(2, 0), a.shape(1).elements())), a.shape(2).elements());
    });

    /** {@code (w, theta)} → how many |w| are at most θ, int64 []. */
    public static final Kernel COUNT_SMALL = new Kernel("count_small", a -> Kernel.makes(Spec.of(DType.I64), counting(a), 2 * a.shape(0).elements()));
    /** {@code (w, k)} → the k-th smallest |w|, float32 []. Exact for float32 and narrower. */
    public static final Kernel KTH_MAGNITUDE = new Kernel("kth_magnitude", a -> {
        Kernel.require(1 <= a.integer(1) && a.integer(1) <= a.shape(0).elements(), "the %dth of %d magnitudes", a.integer(1), a.shape(0).elements());
        return Kernel.makes(Spec.of(DType.F32), counting(a), 62 * a.shape(0).elements());
    });
    /** {@code (w, theta, k, largest)} → positions of the k smallest (largest) magnitudes, of which θ is the last; among equals the lower position. int32 [k], ascending. */
    public static final Kernel EXTREME_ENTRIES = new Kernel("extreme_entries", a -> {
        long n = a.shape(0).elements();
        Kernel.require(n <= MOST_ELEMENTS, "%d positions do not fit 32 bits", n);
        Kernel.require(0 <= a.integer(2) && a.integer(2) <= n, "%d of %d entries", a.integer(2), n);
        // a tile of magnitudes, three of flags, and either running counts or the positions found
        return Kernel.makes(Spec.of(DType.I32, a.integer(2)), counting(a) + 18 * Tiles.elements(n), 6 * n);
    });
    /** {@code (w [m, n], k, largest)} → of each row the k columns with the largest (smallest) magnitudes; among equals the lower column. int32 [m, k], ascending. */
    public static final Kernel EXTREME_PICKS = new Kernel("extreme_picks", a -> {
        Tiles.matrix(a, 0);
        Kernel.require(1 <= a.integer(1) && a.integer(1) <= a.dim(0, 1), "%d of %d columns", a.integer(1), a.dim(0, 1));
        long tile = Tiles.elements(a.dim(0, 0), a.dim(0, 1));
        return Kernel.makes(Spec.of(DType.I32, a.dim(0, 0), a.integer(1)), (8 + 2L * a.dtype(0).bytes()) * tile, 20 * a.shape(0).elements());
    });
    /** {@code (w [m, n])} → Σ of squares of each column, float32 [n] (float64 for float64). */
    public static final Kernel COLUMN_SQUARES = new Kernel("column_squares", a -> squares(a, 1));
    /** {@code (w [m, n])} → Σ of squares of each row, float32 [m] (float64 for float64). */
    public static final Kernel ROW_SQUARES = new Kernel("row_squares", a -> squares(a, 0));
    /** {@code (dy [B·T, out], x [B·T, in], B)} → ‖dyᵦᵀxᵦ‖² of each example's rows, float32 [B] (float64 for float64), from Gram matrices (ghost norms). */
    public static final Kernel OUTER_SQUARES = new Kernel("outer_squares", a -> {
        Tiles.matrix(a, 1);
        Kernel.require(a.dim(0, 0) == a.dim(1, 0), "%d rows of gradients and %d of inputs", a.dim(0, 0), a.dim(1, 0));
        Tiles.sameType(a, 0, 1);
        return grams(a, a.dim(0, 1) + a.dim(1, 1), 2);
    });
    /** {@code (dy [B·T, d], ids [B·T] int64, B)} → the squared norm of each example's gradient of a table whose rows {@code ids} were read, float32 [B]. */
    public static final Kernel SCATTER_SQUARES = new Kernel("scatter_squares", a -> {
        Tiles.ids(a, 1, a.dim(0, 0));
        return grams(a, a.dim(0, 1), 1);
    });
    /** {@code (dy [B·T, d], B)} → Σ over each example's rows [B, d]. */
    public static final Kernel SUM_GROUPS = new Kernel("sum_groups", a -> Kernel.makes(Spec.of(a.dtype(0), examples(a, 1), a.dim(0, 1)), a.shape(0).elements()));
    /** {@code (w, key, start, c, theta)}: w += c z where |w| ≤ θ, z as in {@link RandomKernels#ADD_NORMAL_INTO}. */
    public static final Kernel ADD_NORMAL_BELOW_INTO = new Kernel("add_normal_below_into", a -> {
        long n = a.shape(0).elements();
        return Kernel.inPlace(RandomKernels.tile(a.integer(2), n) + (1 + 4 + a.dtype(0).bytes()) * Tiles.elements(n), 20 * n);
    });
    /** {@code (moved, w, theta)}: moved becomes w again where |w| > θ. */
    public static final Kernel RESTORE_ABOVE_INTO = new Kernel("restore_above_into", a -> {
        Tiles.matrix(a, 0);
        Tiles.sameShape(a, 0, 1);
        Tiles.sameType(a, 0, 1);
        return Kernel.inPlace((5 + 2L * a.dtype(0).bytes()) * Tiles.elements(a.dim(0, 0), a.dim(0, 1)), 2 * a.shape(0).elements());
    });

    private SupportKernels() {}

    /** Number of ids of a list or, by row, of a table. */
    private static long ids(Args a, int i, int rank) {
        Kernel.require(a.shape(i).rank() == rank && a.dtype(i) == DType.I32, "argument %d holds %s %s, expected a list of I32", i, a.dtype(i), a.shape(i));
        return a.dim(i, rank - 1);
    }

    private static long picks(Args a, int w, int i) {
        Tiles.matrix(a, w);
        long k = ids(a, i, 2);
        Kernel.require(a.dim(w, 0) == a.dim(i, 0), "ids for %d rows of a matrix %s", a.dim(i, 0), a.shape(w));
        return k;
    }

    private static long picking(Args a, int w, int ids) {
        return (8 + a.dtype(w).bytes()) * Tiles.elements(a.dim(ids, 0), a.dim(ids, 1));
    }

    private static Outcome part(Args a, Spec part) {
        Tiles.matrix(a, 0);
        return Kernel.makes(part, part.shape().elements());
    }

    private static Outcome put(Args a, long rows, long columns, long scratch) {
        Tiles.matrix(a, 0, 1);
        Kernel.require(a.dim(1, 0) == rows && a.dim(1, 1) == columns, "values %s where the part is [%d, %d]", a.shape(1), rows, columns);
        Tiles.sameType(a, 0, 1);
        return Kernel.inPlace(scratch, a.shape(1).elements());
    }

    /** A tile of magnitudes, widened where narrow, and its flags. */
    private static long counting(Args a) {
        long tile = Tiles.elements(a.shape(0).elements());
        return a.dtype(0).bytes() * tile + Tiles.converted(tile, a.dtype(0), Tiles.wide(a.dtype(0))) + tile;
    }

    private static Outcome squares(Args a, int axis) {
        Tiles.matrix(a, 0);
        DType wide = Tiles.wide(a.dtype(0));
        long tile = Tiles.elements(a.dim(0, 0), a.dim(0, 1));
        long sums = (axis == 0 ? Math.min(a.dim(0, 0), Tiles.rows(a.dim(0, 1))) : a.dim(0, 1)) * wide.bytes();
        return Kernel.makes(Spec.of(wide, a.dim(0, axis)), tile * wide.bytes() + Tiles.converted(tile, a.dtype(0), wide) + sums, 2 * a.shape(0).elements());
    }

    private static long examples(Args a, int i) {
        Tiles.matrix(a, 0);
        long b = a.integer(i);
        Kernel.require(b >= 1 && a.dim(0, 0) % b == 0, "%d rows of %d examples", a.dim(0, 0), b);
        return b;
    }

    private static Outcome grams(Args a, long width, int matrices) {
        long b = examples(a, 2);
        long rows = a.dim(0, 0) / b;
        DType wide = Tiles.wide(a.dtype(0));
        long tile = Tiles.elements(rows, rows);
        // the narrow product of the last Gram matrix is gone before the sum; flags of equal ids beside the only one
        long scratch = matrices * tile * wide.bytes() + Tiles.converted(tile, wide, a.dtype(0)) + (matrices == 1 ? tile : 0) + LinearKernels.packing(a.dtype(0), width);
        return Kernel.makes(Spec.of(wide, b), scratch, 2 * b * rows * rows * width);
    }
}
