package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;

/** Updates in place; all tensors of a call have the weight's shape and may have any floating types. */
public final class OptimizerKernels {
    /**
     * {@code (w, g, m, v, rate, beta1, beta2, eps, decay, correction1, correction2)}: AdamW ("Decoupled Weight Decay Regularization", 2019), correction k = 1 - βkᵗ, eps outside
     * the root. One pass without scratch where the types agree. To put eps inside the corrected root as older libraries do, give eps/√correction2.
     */
    public static final Kernel ADAMW = new Kernel("adamw", a -> Kernel.inPlace(adamScratch(a, 0), 14 * a.shape(0).elements()));
    /** {@code (w, master, g, m, v, …)}: the same on the master copy, then rounded into w. */
    public static final Kernel ADAMW_MASTER = new Kernel("adamw_master", a -> {
        Tiles.sameShape(a, 0, 1);
        return Kernel.inPlace(adamScratch(a, 1), 14 * a.shape(0).elements());
    });
    /** {@code (g, m, v, beta1, beta2, eps)}: m and v take g in → m / (√v + eps), uncorrected; one type. */
    public static final Kernel ADAM_DIRECTION = new Kernel("adam_direction", a -> {
        for (int i = 1; i < 3; i++) {
            Tiles.sameShape(a, 0, i);
            Tiles.sameType(a, 0, i);
        }
        return Kernel.makes(new Spec(a.shape(0), a.dtype(0)), 10 * a.shape(0).elements());
    });
    /** {@code (w, g, rate, decay)}: w ← w (1 - rate decay) - rate g. */
    public static final Kernel SGD = new Kernel("sgd", a -> Kernel.inPlace(mixed(a, 1), 3 * a.shape(0).elements()));
    /** {@code (w, g, b, rate, momentum, decay, nesterov)}: b ← μ b + g, then w goes by b. */
    public static final Kernel SGD_MOMENTUM = new Kernel("sgd_momentum", a -> {
        Tiles.sameType(a, 0, 2);
        Tiles.sameShape(a, 0, 2);
        return Kernel.inPlace(mixed(a, 1), 6 * a.shape(0).elements());
    });
    /** {@code (x)} → Σ x², float32 [] (float64 for float64). */
    public static final Kernel SUM_SQUARES = new Kernel("sum_squares", a -> {
        DType wide = Tiles.wide(a.dtype(0));
        long n = a.shape(0).elements();
        return Kernel.makes(Spec.of(wide), Tiles.converted(Tiles.elements(n), a.dtype(0), wide), 2 * n);
    });

    private OptimizerKernels() {}

    private static long mixed(Args a, int g) {
        Tiles.sameShape(a, 0, g);
        return Tiles.converted(Tiles.elements(a.shape(0).elements()), a.dtype(g), a.dtype(0));
    }

    private static long adamScratch(Args a, int w) {
        boolean one = true;
        DType wide = Tiles.wide(a.dtype(w));
        long tile = Tiles.elements(a.shape(w).elements());
        long scratch = tile * wide.bytes();
        for (int i = w; i < w + 4; i++) {
            Tiles.sameShape(a, w, i);
            one &= a.dtype(i) == a.dtype(w);
            // the converted gradient is gone before the denominator is made
            scratch += i == w + 1 ? 0 : Tiles.converted(tile, a.dtype(i), wide);
        }
        return one ? 0 : scratch;
    }
}
