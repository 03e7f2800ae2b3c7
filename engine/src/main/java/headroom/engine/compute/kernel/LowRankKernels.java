package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;
import java.util.List;

/** Low-rank branches beside a linear ("LoRA", 2021) and low-rank projections of gradients ("GaLore", 2024). A basis is converted to the type of what it meets. */
public final class LowRankKernels {
    /** {@code (y [N, out], x [N, in], A [r, in], B [out, r], s)}: y += s (x Aᵀ) Bᵀ. */
    public static final Kernel LORA_INTO = new Kernel("lora_into", a -> {
        Tiles.matrix(a, 0);
        Tiles.sameType(a, 0, 1);
        branch(a, 0);
        long n = a.dim(1, 0);
        long r = a.dim(2, 0);
        DType t = a.dtype(1);
        return Kernel.inPlace(n * r * t.bytes() + LinearKernels.packing(t, Math.max(a.dim(1, 1), r)), LinearKernels.product(n, a.dim(1, 1), r) + LinearKernels.product(n, r, a.dim(0, 1)));
    });
    /** {@code (dy [N, out], x [N, in], A, B, s)} → g = s dy B and h = s x Aᵀ, both [N, r]: dA = gᵀ x, dB = dyᵀ h, dx = g A. */
    public static final Kernel LORA_SIDES = new Kernel("lora_sides", a -> {
        Tiles.matrix(a, 0);
        Tiles.sameType(a, 0, 1);
        branch(a, 0);
        long n = a.dim(1, 0);
        long r = a.dim(2, 0);
        DType t = a.dtype(1);
        long out = r * a.dim(0, 1) * t.bytes() + LinearKernels.packing(t, a.dim(0, 1));
        long in = r * a.dim(1, 1) * t.bytes() + LinearKernels.packing(t, a.dim(1, 1));
        return Kernel.makes(List.of(Spec.of(t, n, r), Spec.of(t, n, r)), Math.max(out, in), LinearKernels.product(n, a.dim(0, 1), r) + LinearKernels.product(n, a.dim(1, 1), r));
    });
    /** {@code (g [m, n], rank, left)} → the leading left [m, rank] or right [n, rank] singular vectors, in float32 (float64 for float64). */
    public static final Kernel SVD_BASIS = new Kernel("svd_basis", a -> {
        Tiles.matrix(a, 0);
        long m = a.dim(0, 0);
        long n = a.dim(0, 1);
        long k = Math.min(m, n);
        long rank = a.integer(1);
        Kernel.require(rank >= 1 && rank <= k, "rank %d of a matrix %s", rank, a.shape(0));
        DType wide = Tiles.wide(a.dtype(0));
        return Kernel.makes(Spec.of(wide, a.flag(2) ? m : n, rank), svdScratch(m, n, (a.flag(2) ? m : n) * rank, wide.bytes()) + Tiles.converted(m * n, a.dtype(0), wide), 4 * Math.max(m, n) * k * k + 22 * k * k * k);
    });
    /** {@code (P [m, r], g [m, n])} → Pᵀ g [r, n]. */
    public static final Kernel PROJECT_LEFT = new Kernel("project_left", a -> {
        Tiles.matrix(a, 0, 1);
        fits(a.dim(0, 0) == a.dim(1, 0), a, 2);
        return Kernel.makes(Spec.of(a.dtype(1), a.dim(0, 1), a.dim(1, 1)), Tiles.converted(a.shape(0).elements(), a.dtype(0), a.dtype(1)) + LinearKernels.turnedPacking(a.dtype(1), a.dim(0, 0)),
                LinearKernels.product(a.dim(0, 1), a.dim(0, 0), a.dim(1, 1)));
    });
    /** {@code (g [m, n], Q [n, r])} → g Q [m, r]. */
    public static final Kernel PROJECT_RIGHT = new Kernel("project_right", a -> {
        Tiles.matrix(a, 0, 1);
        fits(a.dim(0, 1) == a.dim(1, 0), a, 2);
        return Kernel.makes(Spec.of(a.dtype(0), a.dim(0, 0), a.dim(1, 1)), Tiles.converted(a.shape(1).elements(), a.dtype(1), a.dtype(0)) + LinearKernels.packing(a.dtype(0), a.dim(0, 1)),
                LinearKernels.product(a.dim(0, 0), a.dim(0, 1), a.dim(1, 1)));
    });
    /** {@code (w [m, n], P [m, r], R [r, n], c)}: w += c P R. */
    public static final Kernel UNPROJECT_LEFT_INTO = new Kernel("unproject_left_into", a -> {
        Tiles.matrix(a, 0, 1, 2);
        fits(a.dim(0, 0) == a.dim(1, 0) && a.dim(1, 1) == a.dim(2, 0) && a.dim(2, 1) == a.dim(0, 1), a, 3);
        return unprojected(a, a.dim(1, 1));
    });
    /** {@code (w [m, n], Q [n, r], R [m, r], c)}: w += c R Qᵀ. */
    public static final Kernel UNPROJECT_RIGHT_INTO = new Kernel("unproject_right_into", a -> {
        Tiles.matrix(a, 0, 1, 2);
        fits(a.dim(0, 1) == a.dim(1, 0) && a.dim(1, 1) == a.dim(2, 1) && a.dim(2, 0) == a.dim(0, 0), a, 3);
        return unprojected(a, a.dim(1, 1));
    });

    private LowRankKernels() {}

    /** A pair that fits between x (argument 1) and what has the width of y. */
    private static void branch(Args a, int wide) {
        Tiles.matrix(a, 1, 2, 3);
        Tiles.sameType(a, 1, 2);
        Tiles.sameType(a, 1, 3);
        fits(a.dim(wide, 0) == a.dim(1, 0) && a.dim(1, 1) == a.dim(2, 1) && a.dim(3, 1) == a.dim(2, 0) && a.dim(3, 0) == a.dim(wide, 1), a, 4);
    }

    private static Kernel.Outcome unprojected(Args a, long rank) {
        long scratch = Tiles.converted(a.shape(1).elements(), a.dtype(1), a.dtype(0)) + Tiles.converted(a.shape(2).elements(), a.dtype(2), a.dtype(0));
        return Kernel.inPlace(scratch + LinearKernels.packing(a.dtype(0), rank), LinearKernels.product(a.dim(0, 0), rank, a.dim(0, 1)));
    }

    /** Both sets of singular vectors, a copy of the matrix, and the divide-and-conquer routine's own arrays, beyond the basis that is returned. */
    static long svdScratch(long m, long n, long basis, long bytes) {
        long k = Math.min(m, n);
        return bytes * (m * k + k * n + m * n + 3 * k * k + 15 * k - basis);
    }

    private static void fits(boolean holds, Args a, int tensors) {
        if (!holds) {
            StringBuilder shapes = new StringBuilder();
            for (int i = 0; i < tensors; i++) {
                shapes.append(i == 0 ? "" : ", ").append(a.shape(i));
            }
            throw new IllegalArgumentException("shapes do not fit together: " + shapes);
        }
    }
}
