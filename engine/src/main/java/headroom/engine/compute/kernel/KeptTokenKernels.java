package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Spec;
import java.util.List;

/** Blocks of tokens that a layer goes on with: their scores, the rows of the kept ones, and rows put back. B sequences of T tokens, n = T / block blocks each. */
public final class KeptTokenKernels {
    /** {@code (q [N, H·D], k [N, K·D], lengths [B], H, K, block)} → how much the tokens of each block attend and are attended to, [B, n] in the wide type (LeMo's informativeness). */
    public static final Kernel INFORMATIVENESS = new Kernel("informativeness", a -> {
        Tiles.matrix(a, 0, 1);
        Tiles.sameType(a, 0, 1);
        long b = a.dim(2, 0);
        Tiles.ids(a, 2, b);
        long heads = a.integer(3);
        long block = a.integer(5);
        Kernel.require(a.dim(0, 0) == a.dim(1, 0) && a.dim(0, 0) % b == 0 && heads % a.integer(4) == 0 && a.dim(0, 1) / heads == a.dim(1, 1) / a.integer(4) && block > 0,
                "queries %s and keys %s of %d and %d heads in %d sequences, blocks of %d", a.shape(0), a.shape(1), heads, a.integer(4), b, block);
        long t = a.dim(0, 0) / b;
        long n = t / block;
        long d = a.dim(0, 1) / heads;
        DType wide = Tiles.wide(a.dtype(0));
        // the sum over heads and one head's products for a row of blocks, and, where they are converted, its queries and keys
        long scratch = 2 * block * n * block * wide.bytes() + Tiles.converted((block + n * block) * d, a.dtype(0), wide);
        return Kernel.makes(Spec.of(wide, b, n), n == 0 ? 0 : scratch, b * heads * d * block * block * n * (n + 1));
    });
    /** {@code (scores [B, n], lengths [B], T, block, k)} → rows [B·(k·block + T mod block)] int64: of each sequence the k best blocks in order, and what is behind the blocks. */
    public static final Kernel KEPT_ROWS = new Kernel("kept_rows", a -> {
        Tiles.matrix(a, 0);
        long b = a.dim(0, 0);
        Tiles.ids(a, 1, b);
        long t = a.integer(2);
        long n = a.dim(0, 1);
        long block = a.integer(3);
        long k = a.integer(4);
        Kernel.require(block > 0 && n == t / block && k > 0 && k <= n, "%d of %d blocks of %d in %d tokens", k, n, block, t);
        // masked scores, values and places of the best, the places in order, and the rows before they are joined with what is behind
        long scratch = b * (n * a.dtype(0).bytes() + k * (a.dtype(0).bytes() + 3 * Long.BYTES) + k * block * Long.BYTES);
        return Kernel.makes(Spec.of(DType.I64, b * (k * block + t % block)), scratch, 0);
    });
    /** {@code (rows [M], lengths [B], T)} → sequence of each row, −1 for padding, and its position in it: two of [M] int64. */
    public static final Kernel KEPT_PLACES = new Kernel("kept_places", a -> {
        long m = a.dim(0, 0);
        Tiles.ids(a, 0, m);
        Tiles.ids(a, 1, a.dim(1, 0));
        return Kernel.makes(List.of(Spec.of(DType.I64, m), Spec.of(DType.I64, m)), m * (Long.BYTES + 1), 0);
    });
    /** {@code (y [N, d], x [M, d], rows [M] int64)}: y[rows] = x. */
    public static final Kernel SET_ROWS_INTO = new Kernel("set_rows_into", a -> {
        Tiles.matrix(a, 0, 1);
        Tiles.sameType(a, 0, 1);
        Tiles.ids(a, 2, a.dim(1, 0));
        Kernel.require(a.dim(0, 1) == a.dim(1, 1), "rows %s into %s", a.shape(1), a.shape(0));
        return Kernel.inPlace(0, 0);
    });
    /** {@code (y [N, d], rows [M] int64)}: y[rows] = 0. */
    public static final Kernel CLEAR_ROWS_INTO = new Kernel("clear_rows_into", a -> {
        Tiles.matrix(a, 0);
        Tiles.ids(a, 1, a.dim(1, 0));
        return Kernel.inPlace(0, 0);
    });

    private KeptTokenKernels() {}
}
