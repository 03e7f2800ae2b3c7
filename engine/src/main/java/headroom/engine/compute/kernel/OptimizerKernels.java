package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;
import headroom.engine.compute.Tensor;

/** Updates in place; all tensors of a call have the weight's shape and may have any floating types, unless said otherwise. */
public final class OptimizerKernels {
    /**
     * {@code (w, g, m, v, rate, beta1, beta2, eps, decay, correction1, correction2)}: AdamW ("Decoupled Weight Decay Regularization", 2019), correction k = 1 - βkᵗ, eps outside
     * the root. One pass without scratch where the types agree. To put eps inside the corrected root as older libraries do, give eps/√correction2.
     */
    public static final Kernel ADAMW = new Kernel("adamw", a -> {
        boolean one = a.dtype(1) == a.dtype(0) && a.dtype(2) == a.dtype(0) && a.dtype(3) == a.dtype(0);
        return Kernel.inPlace(one ? 0 : stepScratch(a, 0), 14 * a.shape(0).elements());
    });
    /** {@code (rounded, w, g, m, v, …)}: the same, and rounded, of the weight's shape and any floating type, becomes the weight that came of it. */
    public static final Kernel ADAMW_ROUNDED = new Kernel("adamw_rounded", a -> {
        Tiles.sameShape(a, 0, 1);
        return Kernel.inPlace(stepScratch(a, 1), 14 * a.shape(1).elements());
    });
    /**
     * {@code (w, g, m, v, age, rate, beta1, beta2, eps, decay, before)}: the same where each entry has taken its own number of steps; age, in float32, counts this one first. {@code before} adds
     * eps before the correction of the root.
     */
    public static final Kernel ADAMW_AGED = new Kernel("adamw_aged", a -> {
        Tiles.sameShape(a, 0, 4);
        DType wide = Tiles.wide(a.dtype(0));
        return Kernel.inPlace(adamScratch(a, a.dtype(2), a.dtype(3)) + 3 * Tiles.elements(a.shape(0).elements()) * wide.bytes() + converted(a, 4, wide),
                20 * a.shape(0).elements());
    });
    /** {@code (w, g, rate, decay)}: w ← w (1 - rate decay) - rate g. */
    public static final Kernel SGD = new Kernel("sgd", a -> Kernel.inPlace(mixed(a, 1), 3 * a.shape(0).elements()));
    /** {@code (w, g, b, rate, momentum, decay, nesterov)}: b ← μ b + g + λ w, then w goes by b, or by g + λ w + μ b. */
    public static final Kernel SGD_MOMENTUM = new Kernel("sgd_momentum", a -> {
        DType wide = Tiles.wide(a.dtype(0));
        return Kernel.inPlace(converted(a, 0, wide) + converted(a, 1, wide) + converted(a, 2, wide), 6 * a.shape(0).elements());
    });
    /** {@code (w, g, rate, decay)}: w ← w (1 - rate decay) - rate sign(g), sign(0) = 0. */
    public static final Kernel SIGN_SGD = new Kernel("sign_sgd", a -> {
        Tiles.sameShape(a, 0, 1);
        return Kernel.inPlace(Tiles.elements(a.shape(0).elements()) * a.dtype(1).bytes(), 4 * a.shape(0).elements());
    });
    /** {@code (w, g, m, rate, beta1, beta2, decay)}: Lion ("Symbolic Discovery of Optimization Algorithms", 2023); m takes g in after the step. */
    public static final Kernel LION = new Kernel("lion", a -> {
        DType wide = Tiles.wide(a.dtype(0));
        return Kernel.inPlace(lionScratch(a, wide) + converted(a, 2, wide), 10 * a.shape(0).elements());
    });
    /**
     * {@code (w, g, factors, momentum, beta, eps1, limit, rate, eps2, scaled, decay, beta1)}: Adafactor ("Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018).
     * factors: row and column means R [a], C [b] of a matrix, or one v of g's shape; momentum: none or one tensor of g's shape. Computes in the type of the factors.
     */
    public static final Kernel ADAFACTOR = new Kernel("adafactor", a -> {
        Tiles.sameShape(a, 0, 1);
        Tensor[] factors = a.tensors(2);
        DType t = factors[0].dtype();
        long d = a.dim(0, a.shape(0).rank() - 1);
        long n = a.shape(0).elements() / Math.max(1, d);
        boolean factored = factors.length > 1;
        if (factored) {
            Kernel.require(a.shape(0).rank() == 2 && factors[0].elements() == n && factors[1].elements() == d && factors[1].dtype() == t,
                    "factors %s and %s of a matrix %s", factors[0].shape(), factors[1].shape(), a.shape(0));
        } else {
            Kernel.require(factors[0].shape().equals(a.shape(0)), "a second moment %s of %s", factors[0].shape(), a.shape(0));
        }
        long tile = Tiles.elements(n, d);
        long wider = Math.max(Tiles.converted(tile, a.dtype(0), t), Tiles.converted(tile, a.dtype(1), t));
        for (Tensor m : a.tensors(3)) {
            Kernel.require(m.shape().equals(a.shape(0)), "momentum %s of %s", m.shape(), a.shape(0));
            wider = Math.max(wider, Tiles.converted(tile, m.dtype(), t));
        }
        return Kernel.inPlace(t.bytes() * (tile + (factored ? n + 2 * d : 0)) + wider, 20 * a.shape(0).elements());
    });
    /**
     * {@code (g [a, b], sketch, step, last [1], left, whole, c, growth, factor)}: APOLLO ("APOLLO: SGD-like Memory, AdamW-level Performance", 2024). g is scaled, channel by
     * channel or as a whole, by c ‖step‖/‖sketch‖, held to growth times the norm it had the time before (kept in last), and multiplied by factor. Left: sketch and step are
     * [r, b] and a column is a channel; else [a, r] and a row is.
     */
    public static final Kernel APOLLO_SCALE_INTO = new Kernel("apollo_scale_into", a -> {
        Tiles.matrix(a, 0, 1, 2);
        Tiles.sameShape(a, 1, 2);
        Tiles.vector(a, 3, 1);
        int side = a.flag(4) ? 1 : 0;
        Kernel.require(a.dim(1, side) == a.dim(0, side), "a sketch %s of %s", a.shape(1), a.shape(0));
        long channels = a.flag(5) ? 1 : a.dim(0, side);
        DType t = a.dtype(3);
        long scratch = Math.max(channels * (3L * t.bytes()), channels * t.bytes() + Tiles.converted(Tiles.elements(a.shape(0).elements()), a.dtype(0), t));
        return Kernel.inPlace(scratch, 6 * a.shape(0).elements() + 4 * a.shape(1).elements());
    });
    /** {@code (x, limit)}: each element of x is brought within [-limit, limit]. */
    public static final Kernel CLAMP_INTO = new Kernel("clamp_into", a -> Kernel.inPlace(0, 2 * a.shape(0).elements()));
    /** {@code (x, floor)}: no element of x stays below floor. */
    public static final Kernel FLOOR_INTO = new Kernel("floor_into", a -> Kernel.inPlace(0, a.shape(0).elements()));
    /** {@code (x [n, d], ids [m])} → [m, d]: row ids[i] of x, or zeros where ids[i] is negative. */
    public static final Kernel TAKE_ROWS = new Kernel("take_rows", a -> {
        Tiles.matrix(a, 0);
        long m = a.shape(1).elements();
        Tiles.ids(a, 1, m);
        return Kernel.makes(Spec.of(a.dtype(0), m, a.dim(0, 1)), DType.I64.bytes() * m, 0);
    });
    /** {@code (x)} → Σ x², float32 [] (float64 for float64). */
    public static final Kernel SUM_SQUARES = new Kernel("sum_squares", a -> {
        DType wide = Tiles.wide(a.dtype(0));
        long n = a.shape(0).elements();
        return Kernel.makes(Spec.of(wide), squaresScratch(n, a.dtype(0)), 2 * n);
    });
    /** {@code (xs)} → Σ x² of each of several tensors, float32 [k] (float64 for float64). */
    public static final Kernel SQUARES_OF = new Kernel("squares_of", a -> {
        Tensor[] xs = a.tensors(0);
        Kernel.require(xs.length > 0, "no tensor whose squares to sum");
        DType wide = Tiles.wide(xs[0].dtype());
        long scratch = 0;
        long n = 0;
        for (Tensor x : xs) {
            Kernel.require(Tiles.wide(x.dtype()) == wide, "tensors of %s and %s are not reduced in one type", xs[0].dtype(), x.dtype());
            scratch = Math.max(scratch, wide.bytes() + squaresScratch(x.elements(), x.dtype()));
            n += x.elements();
        }
        return Kernel.makes(Spec.of(wide, xs.length), scratch, 2 * n);
    });

    /** Elements of a tile of an AdamW step, and of one whose squares are summed. */
    private static final long STEP_TILE = 131_072;
    private static final long SQUARES_TILE = 262_144;
    private static final long SQUARES_ROW = 128;

    private OptimizerKernels() {}

    /** A tile in the wide type and the norms of its rows. */
    private static long squaresScratch(long n, DType type) {
        long tile = Math.min(n, SQUARES_TILE);
        return Tiles.isWide(type) ? 0 : (tile + tile / SQUARES_ROW) * Tiles.wide(type).bytes();
    }

    /** What of a tile is converted: weight, gradient and moments, the weight being argument {@code w}. */
    private static long stepScratch(Args a, int w) {
        DType wide = Tiles.wide(a.dtype(w));
        long bytes = 0;
        for (int i = w; i < w + 4; i++) {
            Tiles.sameShape(a, w, i);
            bytes += Tiles.converted(Math.min(a.shape(w).elements(), STEP_TILE), a.dtype(i), wide);
        }
        return bytes;
    }

    private static long mixed(Args a, int g) {
        Tiles.sameShape(a, 0, g);
        return Tiles.converted(Tiles.elements(a.shape(0).elements()), a.dtype(g), a.dtype(0));
    }

    /** A tile of argument i, converted. */
    private static long converted(Args a, int i, DType to) {
        Tiles.sameShape(a, 0, i);
        return Tiles.converted(Tiles.elements(a.shape(0).elements()), a.dtype(i), to);
    }

    /** What the step of one tile of AdamW takes: weight, gradient and moments converted. */
    static long adamScratch(Args a, DType m, DType v) {
        DType wide = Tiles.wide(a.dtype(0));
        long tile = Tiles.elements(a.shape(0).elements());
        return converted(a, 1, wide) + converted(a, 0, wide) + Tiles.converted(tile, m, wide) + Tiles.converted(tile, v, wide);
    }

    static long lionScratch(Args a, DType wide) {
        return Tiles.elements(a.shape(0).elements()) * wide.bytes() + converted(a, 0, wide) + converted(a, 1, wide);
    }
}
