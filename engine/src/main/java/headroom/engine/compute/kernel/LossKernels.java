package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;

/**
 * Cross-entropy of rows: logits [N, V], targets [N] int64 with -100 for a row that does not count, losses [N] in float32 (float64 for float64). Rows are taken in tiles,
 * so nothing of the logits' size is made beside them; the mean is the caller's: a coefficient per row.
 */
public final class LossKernels {
    /** Elements of a tile of logits: more than elsewhere, since a row of a vocabulary alone leaves the threads idle. */
    private static final long TILE = 524_288;

    /** {@code (logits, targets)} → loss per row. */
    public static final Kernel CROSS_ENTROPY = new Kernel("cross_entropy", a -> rowLoss(a));
    /** {@code (logits, targets, coefficient [N])} → dlogits. */
    public static final Kernel CROSS_ENTROPY_DX = new Kernel("cross_entropy_dx", a -> {
        long scratch = gradientScratch(a);
        return Kernel.makes(new Spec(a.shape(0), a.dtype(0)), scratch, 5 * a.shape(0).elements());
    });
    /** {@code (logits, targets, coefficient [N])}: the logits become their gradient. */
    public static final Kernel CROSS_ENTROPY_DX_INTO = new Kernel("cross_entropy_dx_into", a -> Kernel.inPlace(gradientScratch(a), 5 * a.shape(0).elements()));
    /** {@code (logits, loss [N], targets)}: the loss of each row, and the logits become softmax − onehot, zeros where there is no target: the gradient but for the coefficients. */
    public static final Kernel CROSS_ENTROPY_GRADIENT_INTO = new Kernel("cross_entropy_gradient_into", a -> {
        Tiles.matrix(a, 0);
        Tiles.ids(a, 2, a.dim(0, 0));
        DType wide = Tiles.wide(a.dtype(0));
        Tiles.vector(a, 1, a.dim(0, 0));
        Kernel.require(a.dtype(1) == wide, "losses of %s, expected %s", a.dtype(1), wide);
        return Kernel.inPlace(Tiles.converted(tile(a.dim(0, 0), a.dim(0, 1)), a.dtype(0), wide), 6 * a.shape(0).elements());
    });
    /** {@code (logits, targets)} → log-probability of the target per row, 0 where there is none. */
    public static final Kernel TOKEN_LOG_PROBS = new Kernel("token_log_probs", a -> rowLoss(a));
    /** {@code (logits)} → entropy of the softmax of each row, in nats. */
    public static final Kernel ENTROPY_ROWS = new Kernel("entropy_rows", a -> {
        Tiles.matrix(a, 0);
        long n = a.dim(0, 0);
        DType wide = Tiles.wide(a.dtype(0));
        long tile = Tiles.elements(n, a.dim(0, 1));
        return Kernel.makes(Spec.of(wide, n), tile * wide.bytes() + Tiles.converted(tile, a.dtype(0), wide), 6 * a.shape(0).elements());
    });
    /** {@code (logits)} → best column per row, int64 [N]. */
    public static final Kernel ARGMAX_ROWS = new Kernel("argmax_rows", a -> {
        Tiles.matrix(a, 0);
        return Kernel.makes(Spec.of(DType.I64, a.dim(0, 0)), a.shape(0).elements());
    });
    /** {@code (logits, targets)} → (rows whose best column is the target, rows with a target), int64 [2]. */
    public static final Kernel ACCURACY_COUNTS = new Kernel("accuracy_counts", a -> {
        rows(a);
        return Kernel.makes(Spec.of(DType.I64, 2), 9 * a.dim(0, 0), a.shape(0).elements());
    });
    /** {@code (x)} → Σ x, float32 []. */
    public static final Kernel SUM = new Kernel("sum", a -> {
        DType wide = Tiles.wide(a.dtype(0));
        return Kernel.makes(Spec.of(wide), Tiles.converted(a.shape(0).elements(), a.dtype(0), wide), a.shape(0).elements());
    });

    private LossKernels() {}

    private static Kernel.Outcome rowLoss(Args a) {
        long n = rows(a);
        DType wide = Tiles.wide(a.dtype(0));
        long tile = tile(n, a.dim(0, 1));
        long scratch = tile * wide.bytes() + Tiles.converted(tile, a.dtype(0), wide);
        return Kernel.makes(Spec.of(wide, n), scratch, 4 * a.shape(0).elements());
    }

    private static long gradientScratch(Args a) {
        long n = rows(a);
        Tiles.vector(a, 2, n);
        DType wide = Tiles.wide(a.dtype(0));
        long tile = tile(n, a.dim(0, 1));
        return tile * wide.bytes() + Tiles.converted(tile, a.dtype(0), wide);
    }

    /** Elements of the largest tile of logits. */
    private static long tile(long n, long v) {
        return Math.min(n, Math.max(1, TILE / Math.max(1, v))) * v;
    }

    private static long rows(Args a) {
        Tiles.matrix(a, 0);
        Tiles.ids(a, 1, a.dim(0, 0));
        return a.dim(0, 0);
    }
}
