package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.FloatProducts;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Outcome;
import headroom.engine.compute.Kernel.Spec;

/**
 * y = x Wᵀ + b and its gradients: x [N, in], w [out, in], b [out], y and dy [N, out]. Products take one element type; a sum in another type takes the product in a
 * temporary first.
 */
public final class LinearKernels {
    /** Columns up to which a dW counts as narrow. */
    private static final long NARROW = 64;
    /** Bounds of the products that oneDNN makes: those of {@code products_onednn}. */
    private static final long LAID_ROWS = 192;
    private static final long LAID_WIDTH = 64;
    private static final long LAID_WORK = 1 << 24;
    /** Bounds of the bf16 products with a bias that it makes: rows, and elements of the factor that is laid out. */
    private static final long BIASED_ROWS = 1024;
    private static final long BIASED_FACTOR = 1 << 22;
    /** Elements of the narrower factor of an outer product that are turned at a time. */
    private static final long TURNED = 1 << 20;

    /** {@code (x, w)} → y. */
    public static final Kernel LINEAR = new Kernel("linear", a -> forward(a, 0, 1, 0));
    /** {@code (x, w, b)} → y. */
    public static final Kernel LINEAR_BIAS = new Kernel("linear_bias", a -> {
        Tiles.vector(a, 2, a.dim(1, 0));
        long m = a.dim(0, 0);
        long k = a.dim(0, 1);
        long n = a.dim(1, 0);
        long laid = addsToBias(a.dtype(0), m, k, n) ? (n + 15) / 16 * 16 * k * a.dtype(0).bytes() + Tiles.THREADS * (6 << 10) - packing(a.dtype(0), k) : 0;
        return forward(a, 0, 1, Tiles.converted(n, a.dtype(2), a.dtype(0)) + laid);
    });
    /** {@code (y, x, w)}: y = x Wᵀ. */
    public static final Kernel LINEAR_INTO = new Kernel("linear_into", a -> onto(a, 1));
    /** {@code (y, x, w, alpha)}: y += alpha x Wᵀ. */
    public static final Kernel LINEAR_ACC = new Kernel("linear_acc", a -> onto(a, a.number(3)));
    /** {@code (dy, w)} → dx = dy W. */
    public static final Kernel LINEAR_DX = new Kernel("linear_dx", a -> {
        inner(a, 0, 1, 1, 0);
        return Kernel.makes(Spec.of(a.dtype(0), a.dim(0, 0), a.dim(1, 1)), turnedScratch(a.dtype(0), a.dim(0, 0), a.dim(0, 1), a.dim(1, 1)), product(a.dim(0, 0), a.dim(0, 1), a.dim(1, 1)));
    });
    /** {@code (dx, dy, w, alpha)}: dx += alpha dy W. */
    public static final Kernel LINEAR_DX_ACC = new Kernel("linear_dx_acc", a -> {
        inner(a, 1, 1, 2, 0);
        result(a, a.dim(1, 0), a.dim(2, 1));
        Tiles.sameType(a, 0, 1);
        long scratch = a.number(3) == 1 ? turnedScratch(a.dtype(0), a.dim(1, 0), a.dim(1, 1), a.dim(2, 1)) : packing(a.dtype(0), a.dim(1, 1));
        return Kernel.inPlace(scratch, product(a.dim(1, 0), a.dim(1, 1), a.dim(2, 1)));
    });
    /** {@code (y, x, w [r, in], i)}: y[:, i:i+r] += x wᵀ, for a weight of which r rows exist at a time. */
    public static final Kernel LINEAR_COLUMNS_ACC = new Kernel("linear_columns_acc", a -> {
        inner(a, 1, 1, 2, 1);
        columns(a, 0, a.dim(1, 0));
        Tiles.sameType(a, 0, 1);
        long copied = copied(a.dtype(0), a.dim(1, 0), a.dim(1, 1), a.dim(2, 0), a.dim(2, 0));
        return Kernel.inPlace(copied + scratch(a.dtype(0), a.dim(1, 0), a.dim(1, 1), a.dim(2, 0)), product(a.dim(1, 0), a.dim(1, 1), a.dim(2, 0)));
    });
    /** {@code (dx, dy, w [r, in], i)}: dx += dy[:, i:i+r] w. */
    public static final Kernel LINEAR_COLUMNS_DX_ACC = new Kernel("linear_columns_dx_acc", a -> {
        result(a, a.dim(1, 0), a.dim(2, 1));
        columns(a, 1, a.dim(0, 0));
        Tiles.sameType(a, 0, 1);
        Tiles.sameType(a, 0, 2);
        long copied = copied(a.dtype(0), a.dim(1, 0), a.dim(2, 0), a.dim(2, 1), a.dim(2, 0));
        return Kernel.inPlace(copied + turnedScratch(a.dtype(0), a.dim(1, 0), a.dim(2, 0), a.dim(2, 1)), product(a.dim(1, 0), a.dim(2, 0), a.dim(2, 1)));
    });
    /** {@code (dy, x)} → dW = dyᵀ x, in the type of dy. */
    public static final Kernel LINEAR_DW = new Kernel("linear_dw", a -> {
        inner(a, 0, 0, 1, 0);
        return Kernel.makes(Spec.of(a.dtype(0), a.dim(0, 1), a.dim(1, 1)), outerScratch(a.dtype(0), a.dim(0, 0), a.dim(0, 1), a.dim(1, 1), lying(a.dtype(0), a.dim(0, 1), a.dim(1, 1))),
                product(a.dim(0, 1), a.dim(0, 0), a.dim(1, 1)));
    });
    /** {@code (dy, x, i, j)} → rows i to j (exclusive) of dW. */
    public static final Kernel LINEAR_DW_ROWS = new Kernel("linear_dw_rows", a -> {
        inner(a, 0, 0, 1, 0);
        long rows = range(a, 2, a.dim(0, 1));
        return Kernel.makes(Spec.of(a.dtype(0), rows, a.dim(1, 1)), outerScratch(a.dtype(0), a.dim(0, 0), rows, a.dim(1, 1), 0), product(rows, a.dim(0, 0), a.dim(1, 1)));
    });
    /** {@code (dw, dy, x, alpha)}: dW += alpha dyᵀ x; dW of any floating type. */
    public static final Kernel LINEAR_DW_ACC = new Kernel("linear_dw_acc", a -> {
        inner(a, 1, 0, 2, 0);
        return summed(a, a.dim(1, 1), lying(a.dtype(1), a.dim(1, 1), a.dim(2, 1)));
    });
    /** {@code (sum, dy, x, i, j, alpha)}: sum += alpha times rows i to j of dW. */
    public static final Kernel LINEAR_DW_ROWS_ACC = new Kernel("linear_dw_rows_acc", a -> {
        inner(a, 1, 0, 2, 0);
        return summed(a, range(a, 3, a.dim(1, 1)), 0);
    });
    /** {@code (dy)} → db = Σ_N dy, summed in float32, in the type of dy. */
    public static final Kernel BIAS_DB = new Kernel("bias_db", a -> {
        Tiles.matrix(a, 0);
        return Kernel.makes(Spec.of(a.dtype(0), a.dim(0, 1)), a.shape(0).elements());
    });
    /** {@code (db, dy)}: db += Σ_N dy; db of any floating type. */
    public static final Kernel BIAS_DB_ACC = new Kernel("bias_db_acc", a -> {
        Tiles.matrix(a, 1);
        long n = a.dim(1, 0);
        long d = a.dim(1, 1);
        Tiles.vector(a, 0, d);
        return Kernel.inPlace(d * a.dtype(0).bytes() + Tiles.converted(Tiles.elements(n, d), a.dtype(1), a.dtype(0)), n * d);
    });

    private LinearKernels() {}

    private static Outcome forward(Args a, int x, int w, long workspace) {
        inner(a, x, 1, w, 1);
        return Kernel.makes(Spec.of(a.dtype(x), a.dim(x, 0), a.dim(w, 0)), workspace + scratch(a.dtype(x), a.dim(x, 0), a.dim(x, 1), a.dim(w, 0)), product(a.dim(x, 0), a.dim(x, 1), a.dim(w, 0)));
    }

    private static Outcome onto(Args a, double alpha) {
        inner(a, 1, 1, 2, 1);
        result(a, a.dim(1, 0), a.dim(2, 0));
        Tiles.sameType(a, 0, 1);
        long scratch = alpha == 1 ? scratch(a.dtype(0), a.dim(1, 0), a.dim(1, 1), a.dim(2, 0)) : packing(a.dtype(0), a.dim(1, 1));
        return Kernel.inPlace(scratch, product(a.dim(1, 0), a.dim(1, 1), a.dim(2, 0)));
    }

    private static Outcome summed(Args a, long rows, long lying) {
        long columns = a.dim(2, 1);
        result(a, rows, columns);
        DType sum = a.dtype(0);
        DType part = a.dtype(1);
        long packing = outerScratch(part, a.dim(1, 0), rows, columns, lying);
        long workspace = sum == part ? packing : rows * columns * part.bytes() + Math.max(packing, Tiles.elements(rows * columns) * sum.bytes());
        return Kernel.inPlace(workspace, product(rows, a.dim(1, 0), columns));
    }

    private static long range(Args a, int from, long limit) {
        long i = a.integer(from);
        long j = a.integer(from + 1);
        Kernel.require(0 <= i && i <= j && j <= limit, "rows %d to %d of %d", i, j, limit);
        return j - i;
    }

    private static void inner(Args a, int x, int axis, int w, int other) {
        Tiles.matrix(a, x, w);
        Kernel.require(a.dim(x, axis) == a.dim(w, other), "axis %d of %s and axis %d of %s must have one extent", axis, a.shape(x), other, a.shape(w));
        Tiles.sameType(a, x, w);
    }

    private static void result(Args a, long rows, long columns) {
        Kernel.require(a.shape(0).rank() == 2 && a.dim(0, 0) == rows && a.dim(0, 1) == columns, "the sum has shape %s, expected [%d, %d]", a.shape(0), rows, columns);
    }

    private static void columns(Args a, int y, long rows) {
        long i = a.integer(3);
        Tiles.matrix(a, y, 2);
        Kernel.require(a.dim(y, 0) == rows && i >= 0 && i + a.dim(2, 0) <= a.dim(y, 1), "columns %d to %d of %s for %d rows", i, i + a.dim(2, 0), a.shape(y), rows);
    }

    /** A narrow dW of a wide type is made lying first. */
    static long lying(DType dtype, long out, long in) {
        return Tiles.isWide(dtype) && in <= NARROW && out > in ? out * in * dtype.bytes() : 0;
    }

    /**
     * Scratch of a product of narrow types over an inner extent: the library lays the second factor out anew for its threads, up to a bound. Float32 products of
     * this library take none. Measured on x86-64 with AVX-512; the exact layout is the library's own affair.
     */
    static long packing(DType dtype, long inner) {
        if (Tiles.isWide(dtype)) {
            return 0;
        }
        long panel = 128 * Math.max(64, Long.highestOneBit(Math.max(1, 2 * inner - 1))) + (8 << 10);
        return Tiles.THREADS * Math.min(inner > 2048 ? 1792 << 10 : panel, 1792 << 10);
    }

    /** The same where the first factor is read by columns, which is laid out anew too. */
    static long turnedPacking(DType dtype, long inner) {
        return Tiles.isWide(dtype) ? 0 : Tiles.THREADS * Math.min(768 * inner + (16 << 10), 1434 << 10);
    }

    /** True for the products [m, k]·[k, n] that oneDNN makes in this process. */
    private static boolean isLaidOut(DType dtype, long m, long k, long n) {
        return dtype == DType.F32 && FloatProducts.chosen() == FloatProducts.ONEDNN && m >= LAID_ROWS && Math.min(k, n) >= LAID_WIDTH && m * k * n >= LAID_WORK;
    }

    /** True for the bf16 products that oneDNN adds to a bias. */
    private static boolean addsToBias(DType dtype, long m, long k, long n) {
        return dtype == DType.BF16 && FloatProducts.chosen() == FloatProducts.ONEDNN && m >= BIASED_ROWS && Math.min(k, n) >= LAID_WIDTH && k * n <= BIASED_FACTOR;
    }

    /** Scratch of x wᵀ, x [m, k] and w [n, k]: oneDNN lays w out anew, its rows filled up to whole registers, and has some for each thread. */
    private static long scratch(DType dtype, long m, long k, long n) {
        return isLaidOut(dtype, m, k, n) ? (n + 15) / 16 * 16 * k * dtype.bytes() + Tiles.THREADS * (24 << 10) : packing(dtype, k);
    }

    /** Scratch of dy w, dy [m, k] and w [k, n]: turned first. */
    private static long turnedScratch(DType dtype, long m, long k, long n) {
        return isLaidOut(dtype, m, k, n) ? n * k * dtype.bytes() + scratch(dtype, m, k, n) : packing(dtype, k);
    }

    /** Some columns of an [m, ·] matrix, side by side for oneDNN. */
    private static long copied(DType dtype, long m, long k, long n, long columns) {
        return isLaidOut(dtype, m, k, n) ? m * columns * dtype.bytes() : 0;
    }

    /** Scratch of dyᵀ x over n rows: oneDNN takes a part of the narrower one turned, gives a product, and has a panel for each thread. */
    private static long outerScratch(DType dtype, long n, long out, long in, long lying) {
        if (!isLaidOut(dtype, n, out, in)) {
            return lying + turnedPacking(dtype, n);
        }
        long narrow = Math.min(out, in);
        long parts = (n * narrow + TURNED - 1) / TURNED;
        return ((n + parts - 1) / parts * narrow + out * in) * dtype.bytes() + Tiles.THREADS * (73 << 10);
    }

    static long product(long m, long k, long n) {
        return 2 * m * k * n;
    }
}
