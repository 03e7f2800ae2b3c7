package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Spec;
import java.util.List;

/** What stands between token rows [B·T, d] and a prediction. */
public final class HeadKernels {
    /** {@code (x [B·T, d], lengths [B], T)} → mean of the first lengths[b] rows of each sequence [B, d]. */
    public static final Kernel MEAN_POOL = new Kernel("mean_pool", a -> {
        Tiles.matrix(a, 0);
        long b = a.dim(1, 0);
        long t = a.integer(2);
        Tiles.ids(a, 1, b);
        Kernel.require(b * t == a.dim(0, 0), "%s is not %d sequences of %d rows", a.shape(0), b, t);
        return Kernel.makes(Spec.of(a.dtype(0), b, a.dim(0, 1)), b * t * (1 + a.dtype(0).bytes()) + LinearKernels.packing(a.dtype(0), t), 2 * a.shape(0).elements());
    });
    /** {@code (dy [B, d], lengths [B], T)} → dx [B·T, d]. */
    public static final Kernel MEAN_POOL_DX = new Kernel("mean_pool_dx", a -> {
        Tiles.matrix(a, 0);
        long b = a.dim(0, 0);
        long t = a.integer(2);
        Tiles.ids(a, 1, b);
        return Kernel.makes(Spec.of(a.dtype(0), b * t, a.dim(0, 1)), a.dtype(0).bytes() * (b * t + a.shape(0).elements()), b * t * a.dim(0, 1));
    });
    /** {@code (x [N, d], ids [M])} → x[ids] [M, d]. */
    public static final Kernel PICK_ROWS = new Kernel("pick_rows", a -> {
        Tiles.matrix(a, 0);
        Tiles.ids(a, 1, a.dim(1, 0));
        return Kernel.makes(Spec.of(a.dtype(0), a.dim(1, 0), a.dim(0, 1)), 0);
    });
    /** {@code (dy [M, d], ids [M], N)} → dx [N, d]. */
    public static final Kernel PICK_ROWS_DX = new Kernel("pick_rows_dx", a -> {
        Tiles.matrix(a, 0);
        Tiles.ids(a, 1, a.dim(0, 0));
        return Kernel.makes(Spec.of(a.dtype(0), a.integer(2), a.dim(0, 1)), a.shape(0).elements());
    });
    /** {@code (lengths [B], T)} → the row of each sequence's last valid token [B] int64. */
    public static final Kernel LAST_ROWS = new Kernel("last_rows", a -> {
        Tiles.ids(a, 0, a.dim(0, 0));
        return Kernel.makes(Spec.of(DType.I64, a.dim(0, 0)), a.dim(0, 0) * Long.BYTES, 0);
    });
    /** {@code (x [N, d], texts [N], S)} → mean of the rows of each text [S, d], zero for an empty slot: several texts in a row. */
    public static final Kernel TEXT_MEAN = new Kernel("text_mean", a -> {
        Tiles.matrix(a, 0);
        long n = a.dim(0, 0);
        long d = a.dim(0, 1);
        long slots = a.integer(2);
        Tiles.ids(a, 1, n);
        DType wide = Tiles.wide(a.dtype(0));
        long scratch = Long.BYTES * n + (slots + 1) * d * wide.bytes() + Math.max(Tiles.converted(n * d, a.dtype(0), wide),
                Math.max((slots + 1 + n) * wide.bytes(), (slots + 1) * wide.bytes() + Tiles.converted(slots * d, a.dtype(0), wide)));
        return Kernel.makes(Spec.of(a.dtype(0), slots, d), scratch, 2 * n * d);
    });
    /** {@code (dy [S, d], texts [N])} → dx [N, d]. */
    public static final Kernel TEXT_MEAN_DX = new Kernel("text_mean_dx", a -> {
        Tiles.matrix(a, 0);
        long slots = a.dim(0, 0);
        long d = a.dim(0, 1);
        long n = a.dim(1, 0);
        Tiles.ids(a, 1, n);
        long wide = Tiles.wide(a.dtype(0)).bytes();
        return Kernel.makes(Spec.of(a.dtype(0), n, d), Long.BYTES * n + (slots + 1) * d * a.dtype(0).bytes() + (slots + 1) * wide + Math.max(n * wide, slots * d * wide), n * d);
    });
    /** {@code (texts [N], S)} → the row of each text's last token [S] int64, 0 for an empty slot. */
    public static final Kernel TEXT_LAST = new Kernel("text_last", a -> {
        long n = a.dim(0, 0);
        Tiles.ids(a, 0, n);
        return Kernel.makes(Spec.of(DType.I64, a.integer(1)), Long.BYTES * (2 * n + a.integer(1) + 1), 0);
    });
    /** Softmax of each row. */
    public static final Kernel SOFTMAX_ROWS = likeRows("softmax_rows", Tiles.THREADS);
    /** Its logarithm. */
    public static final Kernel LOG_SOFTMAX_ROWS = likeRows("log_softmax_rows", 0);
    /** {@code (x [N, V], k)} → the k greatest of each row, falling, and their columns (int64). */
    public static final Kernel TOPK_ROWS = new Kernel("topk_rows", a -> {
        Tiles.matrix(a, 0);
        long k = a.integer(1);
        Kernel.require(k >= 1 && k <= a.dim(0, 1), "%d greatest of rows %s", k, a.shape(0));
        return Kernel.makes(List.of(Spec.of(a.dtype(0), a.dim(0, 0), k), Spec.of(DType.I64, a.dim(0, 0), k)), Tiles.THREADS * 16 * a.dim(0, 1), a.shape(0).elements());
    });

    private HeadKernels() {}

    /** With so many rows widened at a time for a narrow type. */
    private static Kernel likeRows(String name, long widened) {
        return new Kernel(name, a -> {
            Tiles.matrix(a, 0);
            return Kernel.makes(new Spec(a.shape(0), a.dtype(0)), widened * Tiles.converted(a.dim(0, 1), a.dtype(0), Tiles.wide(a.dtype(0))), 4 * a.shape(0).elements());
        });
    }
}
