package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;

/** Rows in front of every sequence: x [B·T, d], rows [p, d], longer [B·(p+T), d]. */
public final class TokenKernels {
    /** {@code (x, rows, T)} → longer. */
    public static final Kernel INSERT_ROWS = new Kernel("insert_rows", a -> {
        Tiles.matrix(a, 0, 1);
        Tiles.sameType(a, 0, 1);
        long t = a.integer(2);
        Kernel.require(t > 0 && a.dim(0, 0) % t == 0 && a.dim(0, 1) == a.dim(1, 1), "%s is not a whole number of %d rows as wide as %s", a.shape(0), t, a.shape(1));
        long b = a.dim(0, 0) / t;
        return Kernel.makes(Spec.of(a.dtype(0), b * (t + a.dim(1, 0)), a.dim(0, 1)), 0);
    });
    /** {@code (longer, p + T, p)} → x. */
    public static final Kernel DROP_ROWS = new Kernel("drop_rows", a -> {
        long b = sequences(a);
        return Kernel.makes(Spec.of(a.dtype(0), b * (a.integer(1) - a.integer(2)), a.dim(0, 1)), 0);
    });
    /** {@code (longer, p + T, p)} → the sum over the sequences of their first p rows [p, d]. */
    public static final Kernel FRONT_SUM = new Kernel("front_sum", a -> {
        sequences(a);
        long p = a.integer(2);
        return Kernel.makes(Spec.of(a.dtype(0), p, a.dim(0, 1)), a.dim(0, 0) / a.integer(1) * p * a.dim(0, 1));
    });
    /** {@code (ids [B·T], T, p)} → p zeros before each sequence [B·(p+T)] int64. */
    public static final Kernel FRONT_ZEROS = new Kernel("front_zeros", a -> {
        long n = a.dim(0, 0);
        Tiles.ids(a, 0, n);
        long t = a.integer(1);
        Kernel.require(t > 0 && n % t == 0, "%d ids are not a whole number of %d", n, t);
        return Kernel.makes(Spec.of(DType.I64, n / t * (t + a.integer(2))), 0);
    });
    /** {@code (ids [n], c)} → ids + c. */
    public static final Kernel PLUS = new Kernel("plus", a -> {
        Tiles.ids(a, 0, a.dim(0, 0));
        return Kernel.makes(Spec.of(DType.I64, a.dim(0, 0)), a.dim(0, 0));
    });

    /** {@code (B, T)} → the row of each sequence's first token [B] int64. */
    public static final Kernel FIRST_ROWS = new Kernel("first_rows", a -> Kernel.makes(Spec.of(DType.I64, a.integer(0)), 0));

    private TokenKernels() {}

    private static long sequences(Args a) {
        Tiles.matrix(a, 0);
        long t = a.integer(1);
        Kernel.require(t > 0 && a.dim(0, 0) % t == 0 && a.integer(2) >= 0 && a.integer(2) < t, "%s is not a whole number of %d rows, of which %d are in front", a.shape(0), t, a.integer(2));
        return a.dim(0, 0) / t;
    }
}
