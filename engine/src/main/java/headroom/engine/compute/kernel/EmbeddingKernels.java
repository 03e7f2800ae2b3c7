package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Spec;

/** Tables read by row: w [V, d], ids [N] int64, y and dy [N, d]. */
public final class EmbeddingKernels {
    private static final long COLUMN_TILE = 1L << 20;

    /** {@code (w, ids)} → y. */
    public static final Kernel EMBEDDING = new Kernel("embedding", a -> {
        Tiles.matrix(a, 0);
        Tiles.ids(a, 1, a.dim(1, 0));
        return Kernel.makes(Spec.of(a.dtype(0), a.dim(1, 0), a.dim(0, 1)), 0);
    });
    /** {@code (dy, ids, V)} → dW [V, d]. */
    public static final Kernel EMBEDDING_DW = new Kernel("embedding_dw", a -> {
        Tiles.matrix(a, 0);
        long n = a.dim(0, 0);
        long d = a.dim(0, 1);
        Tiles.ids(a, 1, n);
        long v = a.integer(2);
        DType wide = Tiles.wide(a.dtype(0));
        long columns = Math.min(d, Math.max(1, COLUMN_TILE / Math.max(1, n)));
        long read = Math.min(n, v);
        // rows that were read and the place of each id among them; a tile of dy and its sums
        long scratch = DType.I64.bytes() * (n + read) + columns * ((n + read) * wide.bytes() + (Tiles.isWide(a.dtype(0)) ? 0 : read * a.dtype(0).bytes()));
        return Kernel.makes(Spec.of(a.dtype(0), v, d), scratch, n * d);
    });
    /** {@code (dw, dy, ids)}: dW += it; dW of any floating type. */
    public static final Kernel EMBEDDING_DW_ACC = new Kernel("embedding_dw_acc", a -> {
        Tiles.matrix(a, 0, 1);
        Kernel.require(a.dim(0, 1) == a.dim(1, 1), "rows of %s and %s differ", a.shape(0), a.shape(1));
        Tiles.ids(a, 2, a.dim(1, 0));
        return Kernel.inPlace(Tiles.converted(Tiles.elements(a.dim(1, 0), a.dim(1, 1)), a.dtype(1), a.dtype(0)), a.shape(1).elements());
    });
    /** {@code (x [B·T, d], table [T, d])}: x += table for each sequence. */
    public static final Kernel ADD_ROWS_INTO = new Kernel("add_rows_into", a -> {
        Tiles.matrix(a, 0, 1);
        Kernel.require(a.dim(0, 1) == a.dim(1, 1) && a.dim(0, 0) % a.dim(1, 0) == 0, "%s is not a whole number of tables %s", a.shape(0), a.shape(1));
        Tiles.sameType(a, 0, 1);
        return Kernel.inPlace(0, a.shape(0).elements());
    });
    /** {@code (dx [B·T, d], T)} → dtable [T, d]. */
    public static final Kernel SUM_ROWS = new Kernel("sum_rows", a -> {
        Tiles.matrix(a, 0);
        long t = a.integer(1);
        Kernel.require(t > 0 && a.dim(0, 0) % t == 0, "%s is not a whole number of %d rows", a.shape(0), t);
        return Kernel.makes(Spec.of(a.dtype(0), t, a.dim(0, 1)), a.shape(0).elements());
    });

    private EmbeddingKernels() {}
}
