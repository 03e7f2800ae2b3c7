package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;
import java.util.List;

/** Normalisation of rows: x, y, dy [N, d]; gains and shifts [d] of any floating type; statistics [N] in float32 (float64 for float64). */
public final class NormKernels {
    /** {@code (x, gamma, beta, eps)} → y, mean, rstd. */
    public static final Kernel LAYER_NORM = new Kernel("layer_norm", a -> {
        long n = rows(a, 0);
        long d = a.dim(0, 1);
        Tiles.vector(a, 1, d);
        Tiles.vector(a, 2, d);
        DType wide = Tiles.wide(a.dtype(0));
        return Kernel.makes(List.of(new Spec(a.shape(0), a.dtype(0)), Spec.of(wide, n), Spec.of(wide, n)),
                Tiles.converted(d, a.dtype(1), wide) + Tiles.converted(d, a.dtype(2), wide), 8 * n * d);
    });
    /** {@code (dy, x, gamma, mean, rstd)} → dx. */
    public static final Kernel LAYER_NORM_DX = new Kernel("layer_norm_dx", a -> {
        long n = pair(a, 3, 4);
        long d = a.dim(0, 1);
        Tiles.vector(a, 2, d);
        return Kernel.makes(new Spec(a.shape(1), a.dtype(1)), Tiles.converted(d, a.dtype(2), Tiles.wide(a.dtype(1))), 11 * n * d);
    });
    /** {@code (dy, x, mean, rstd)} → dgamma, dbeta, in the type of dy. */
    public static final Kernel LAYER_NORM_DW = new Kernel("layer_norm_dw", a -> {
        long n = pair(a, 2, 3);
        long d = a.dim(0, 1);
        DType wide = Tiles.wide(a.dtype(1));
        Spec s = Spec.of(a.dtype(0), d);
        long ones = d * wide.bytes();
        return Kernel.makes(List.of(s, s), ones + 2 * Tiles.THREADS * d * wide.bytes() + 2 * Tiles.converted(d, a.dtype(0), wide), 4 * n * d);
    });
    /** {@code (x, gamma, eps)} → y, rstd. */
    public static final Kernel RMS_NORM = new Kernel("rms_norm", a -> {
        long n = rows(a, 0);
        long d = a.dim(0, 1);
        Tiles.vector(a, 1, d);
        DType wide = Tiles.wide(a.dtype(0));
        return Kernel.makes(List.of(new Spec(a.shape(0), a.dtype(0)), Spec.of(wide, n)),
                Tiles.converted(d, a.dtype(1), wide) + Tiles.converted(tile(n, d) * d, a.dtype(0), wide), 4 * n * d);
    });
    /** {@code (dy, x, gamma, rstd)} → dx. */
    public static final Kernel RMS_NORM_DX = new Kernel("rms_norm_dx", a -> {
        long n = pair(a, 3, 3);
        long d = a.dim(0, 1);
        Tiles.vector(a, 2, d);
        DType wide = Tiles.wide(a.dtype(1));
        long tile = tile(n, d) * d;
        long scalars = 2 * tile(n, d) * wide.bytes();
        return Kernel.makes(new Spec(a.shape(1), a.dtype(1)),
                Tiles.converted(d, a.dtype(2), wide) + 2 * Tiles.converted(tile, a.dtype(1), wide) + tile * wide.bytes() + scalars, 7 * n * d);
    });
    /** {@code (dy, x, rstd)} → dgamma, in the type of dy. */
    public static final Kernel RMS_NORM_DW = new Kernel("rms_norm_dw", a -> {
        long n = pair(a, 2, 2);
        long d = a.dim(0, 1);
        DType wide = Tiles.wide(a.dtype(1));
        // gains of one, means of zero, and the sums of each thread
        long ones = (d + n) * wide.bytes();
        return Kernel.makes(Spec.of(a.dtype(0), d), ones + 2 * Tiles.THREADS * d * wide.bytes() + Tiles.converted(d, a.dtype(0), wide), 3 * n * d);
    });

    private NormKernels() {}

    /** Rows of a tile of an RMSNorm. */
    private static long tile(long n, long d) {
        return Math.min(n, 4 * Tiles.rows(d));
    }

    private static long rows(Args a, int x) {
        Tiles.matrix(a, x);
        return a.dim(x, 0);
    }

    private static long pair(Args a, int mean, int rstd) {
        long n = rows(a, 0);
        Tiles.sameShape(a, 0, 1);
        Tiles.sameType(a, 0, 1);
        Tiles.vector(a, mean, n);
        Tiles.vector(a, rstd, n);
        return n;
    }
}
