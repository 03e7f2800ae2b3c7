package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Outcome;
import headroom.engine.compute.Kernel.Spec;
import java.util.List;

/** What adapters of two thin factors A [r, in] and B [out, r] need beside their products: row norms, starts from a matrix's own spectrum, orthogonality, importance. */
public final class FactorKernels {
    /** {@code (squares [out], u [out, r], B [out, r], g [r, r], s)} → ‖W + s B A‖ row by row [out], from squares = ‖W‖², u = W Aᵀ and g = A Aᵀ (DoRA). */
    public static final Kernel LORA_ROW_NORMS = new Kernel("lora_row_norms", a -> {
        Tiles.matrix(a, 1, 2, 3);
        long out = a.dim(2, 0);
        long r = a.dim(2, 1);
        Tiles.vector(a, 0, out);
        Tiles.sameShape(a, 1, 2);
        Kernel.require(a.dim(3, 0) == r && a.dim(3, 1) == r, "A Aᵀ has shape %s, expected [%d, %d]", a.shape(3), r, r);
        DType wide = Tiles.wide(a.dtype(2));
        long tile = Tiles.elements(out, r);
        long rows = Math.min(out, Tiles.rows(r)) * wide.bytes();
        long scratch = Tiles.converted(r * r, a.dtype(3), wide) + Tiles.converted(tile, a.dtype(2), wide) + tile * wide.bytes() + Math.max(Tiles.converted(tile, a.dtype(1), wide), rows);
        return Kernel.makes(Spec.of(wide, out), scratch, LinearKernels.product(out, r, r) + 5 * out * r);
    });
    /** {@code (W [out, in], r, c)} → A [r, in], B [out, r] in the type of W, with B A = c² times the leading part of W (PiSSA). */
    public static final Kernel SVD_PAIR = new Kernel("svd_pair", a -> {
        Tiles.matrix(a, 0);
        long m = a.dim(0, 0);
        long n = a.dim(0, 1);
        long k = Math.min(m, n);
        long rank = a.integer(1);
        Kernel.require(rank >= 1 && rank <= k, "rank %d of a matrix %s", rank, a.shape(0));
        DType type = a.dtype(0);
        DType wide = Tiles.wide(type);
        return Kernel.makes(List.of(Spec.of(type, rank, n), Spec.of(type, m, rank)), LowRankKernels.svdScratch(m, n, 0, wide.bytes()) + Tiles.converted(m * n, type, wide) + Tiles.converted(rank * (m + n), type, wide),
                4 * Math.max(m, n) * k * k + 22 * k * k * k);
    });
    /** {@code (A [r, n])} → ‖A Aᵀ - I‖_F []. */
    public static final Kernel ORTHOGONAL_ROWS = new Kernel("orthogonal_rows", a -> departure(a, a.dim(0, 0)));
    /** {@code (B [n, r])} → ‖Bᵀ B - I‖_F []. */
    public static final Kernel ORTHOGONAL_COLUMNS = new Kernel("orthogonal_columns", a -> departure(a, a.dim(0, 1)));
    /** {@code (A [r, n], c)} → gradient of c ‖A Aᵀ - I‖_F, in float32 (float64 for float64); zero where the norm is. */
    public static final Kernel ORTHOGONAL_ROWS_DX = new Kernel("orthogonal_rows_dx", a -> departureDx(a, a.dim(0, 0)));
    /** {@code (B [n, r], c)} → gradient of c ‖Bᵀ B - I‖_F. */
    public static final Kernel ORTHOGONAL_COLUMNS_DX = new Kernel("orthogonal_columns_dx", a -> departureDx(a, a.dim(0, 1)));
    /** {@code (mean, spread, w, g, b1, b2)}: I = |w g|; mean ← b1 mean + (1 - b1) I; spread ← b2 spread + (1 - b2) |I - mean| (AdaLoRA). */
    public static final Kernel SENSITIVITY_INTO = new Kernel("sensitivity_into", a -> {
        for (int i = 1; i < 4; i++) {
            Tiles.sameShape(a, 0, i);
        }
        Tiles.sameType(a, 0, 1);
        long n = a.shape(0).elements();
        long tile = Tiles.elements(n);
        return Kernel.inPlace(tile * a.dtype(0).bytes() + Tiles.converted(tile, a.dtype(3), a.dtype(0)), 8 * n);
    });
    /** {@code (mean and spread of A [r, in], of B [out, r], of E [r])} → score of each triplet [r]: s(E) + mean s(row of A) + mean s(column of B), s = mean times spread. */
    public static final Kernel TRIPLET_SCORES = new Kernel("triplet_scores", a -> {
        Tiles.matrix(a, 0, 1, 2, 3);
        Tiles.sameShape(a, 0, 1);
        Tiles.sameShape(a, 2, 3);
        long r = a.dim(0, 0);
        Tiles.vector(a, 4, r);
        Tiles.vector(a, 5, r);
        Kernel.require(a.dim(2, 1) == r, "B has %s, A %s; expected [out, r] and [r, in]", a.shape(2), a.shape(0));
        DType wide = a.dtype(0);
        Kernel.require(wide == Tiles.wide(wide), "running scores hold %s, expected %s", wide, Tiles.wide(wide));
        long rows = Tiles.elements(r, a.dim(0, 1)) + Math.min(r, Tiles.rows(a.dim(0, 1)));
        long columns = Tiles.elements(a.dim(2, 0), r) + r;
        return Kernel.makes(Spec.of(wide, r), (r + Math.max(rows, columns)) * wide.bytes(), 2 * (a.shape(0).elements() + a.shape(2).elements()) + 4 * r);
    });

    private FactorKernels() {}

    private static Outcome departure(Args a, long r) {
        Tiles.matrix(a, 0);
        DType wide = Tiles.wide(a.dtype(0));
        long n = a.shape(0).elements();
        return Kernel.makes(Spec.of(wide), 2 * r * r * wide.bytes() + Tiles.converted(n, a.dtype(0), wide), 2 * n * r + 3 * r * r);
    }

    private static Outcome departureDx(Args a, long r) {
        Tiles.matrix(a, 0);
        DType wide = Tiles.wide(a.dtype(0));
        long n = a.shape(0).elements();
        // the square of the departure is gone when the result comes
        return Kernel.makes(new Spec(a.shape(0), wide), r * r * wide.bytes() + Tiles.converted(n, a.dtype(0), wide) + Math.max(0, r * r - n) * wide.bytes(), 4 * n * r + 4 * r * r);
    }
}
