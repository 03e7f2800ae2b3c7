package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;

/** Weights that are made of parts (low-rank factors, factors and sparse entries) and weights with holes. */
public final class StoreKernels {
    /** {@code (p [m, r], q [r, n])}, both float32 (or float64): p, with columns of length 1, and q = Pᵀ W become P √Σ and Σ^-½ q. */
    public static final Kernel BALANCE_INTO = new Kernel("balance_into", a -> {
        Tiles.matrix(a, 0, 1);
        Kernel.require(a.dim(0, 1) == a.dim(1, 0), "factors %s and %s", a.shape(0), a.shape(1));
        Tiles.sameType(a, 0, 1);
        long r = a.dim(1, 0);
        return Kernel.inPlace(Tiles.wide(a.dtype(1)).bytes() * (Tiles.elements(r, a.dim(1, 1)) + 3 * r), 4 * a.shape(0).elements() + 4 * a.shape(1).elements());
    });
    /** {@code (rows [r, n], values [k], ids [k], row)}: adds to rows {@code row} to {@code row + r} of a matrix the entries that lie in them; ids as in {@link SupportKernels}. */
    public static final Kernel ADD_ENTRIES_INTO = new Kernel("add_entries_into", a -> {
        Tiles.matrix(a, 0);
        Tiles.vector(a, 1, a.dim(2, 0));
        Kernel.require(a.dtype(2) == DType.I32, "ids of %s, expected I32", a.dtype(2));
        Tiles.sameType(a, 0, 1);
        Kernel.require((a.integer(3) + a.dim(0, 0)) * a.dim(0, 1) <= SupportKernels.MOST_ELEMENTS, "positions up to %d do not fit 32 bits", (a.integer(3) + a.dim(0, 0)) * a.dim(0, 1));
        return Kernel.inPlace(4 * Tiles.elements(Math.min(a.dim(2, 0), a.shape(0).elements())), a.dim(2, 0));
    });
    /** {@code (w, n, m)}: of every m consecutive weights the n of largest magnitude stay, the others become zero. m divides a row. */
    public static final Kernel KEEP_OF_GROUPS_INTO = new Kernel("keep_of_groups_into", a -> {
        Tiles.matrix(a, 0);
        long n = a.integer(1);
        long m = a.integer(2);
        Kernel.require(0 < n && n < m && a.dim(0, 1) % m == 0, "%d of every %d weights of a row of %d", n, m, a.dim(0, 1));
        long tile = Math.min(a.shape(0).elements() / m, Math.max(1, Tiles.TILE / m));
        return Kernel.inPlace(tile * (m * a.dtype(0).bytes() + (m - n) * (8 + a.dtype(0).bytes())), 4 * a.shape(0).elements());
    });
    /** {@code (g, w)}: g becomes zero where w is zero. */
    public static final Kernel KEEP_WHERE_INTO = new Kernel("keep_where_into", a -> {
        Tiles.sameShape(a, 0, 1);
        return Kernel.inPlace(Tiles.elements(a.shape(0).elements()), a.shape(0).elements());
    });

    private StoreKernels() {}
}
