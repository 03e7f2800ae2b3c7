package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;

/**
 * Rows of queries that stand beside each sequence and read it ("Visual Query Tuning", 2023): n rows a sequence, T tokens a sequence; and the vector that a head makes its
 * prediction from, put together piece by piece.
 */
public final class QueryKernels {
    /** {@code (q [B·n, H·D], k [B·T, K·D], v, lengths [B], H, K)} → out [B·n, H·D]: every query sees all tokens of its sequence. */
    public static final Kernel QUERY_ATTENTION = new Kernel("query_attention", a -> {
        Sizes s = Sizes.of(a, 0);
        return Kernel.makes(new Spec(a.shape(0), s.dtype), s.rows() + s.shares() + Math.max(s.keys() + s.mask(), s.keys() + s.rows()), s.products(2));
    });
    /** {@code (dout, q, k, v, lengths, H, K)} → dq. Keys and values are constants. */
    public static final Kernel QUERY_ATTENTION_DX = new Kernel("query_attention_dx", a -> {
        Sizes s = Sizes.of(a, 1);
        Tiles.sameShape(a, 0, 1);
        Tiles.sameType(a, 0, 1);
        return Kernel.makes(new Spec(a.shape(1), s.dtype), s.rows() + s.shares() + Math.max(Math.max(s.keys(), s.mask()) + s.shares(), s.keys() + 2 * s.rows()), s.products(3));
    });
    /** {@code (h [B, W], x [B, w], at)}: columns {@code at} to {@code at + w} of h become x, each row divided by its length. */
    public static final Kernel PUT_UNIT_PIECE_INTO = new Kernel("put_unit_piece_into", a -> {
        piece(a);
        DType wide = Tiles.wide(a.dtype(1));
        long n = a.shape(1).elements();
        return Kernel.inPlace(Tiles.converted(n, a.dtype(1), wide) + (n + a.dim(1, 0)) * wide.bytes(), 3 * n);
    });
    /** {@code (dh [B, W], x [B, w], at)} → dx. */
    public static final Kernel UNIT_PIECE_DX = new Kernel("unit_piece_dx", a -> {
        piece(a);
        DType wide = Tiles.wide(a.dtype(1));
        long n = a.shape(1).elements();
        return Kernel.makes(new Spec(a.shape(1), a.dtype(1)), 2 * Tiles.converted(n, a.dtype(1), wide) + 2 * (n + a.dim(1, 0)) * wide.bytes(), 6 * n);
    });

    private QueryKernels() {}

    private static void piece(Args a) {
        Tiles.matrix(a, 0, 1);
        Tiles.sameType(a, 0, 1);
        long at = a.integer(2);
        Kernel.require(a.dim(0, 0) == a.dim(1, 0) && at >= 0 && at + a.dim(1, 1) <= a.dim(0, 1), "%s has no place for %s from column %d on", a.shape(0), a.shape(1), at);
    }

    /** The extents of a call; bytes are those of one sequence, in the wide type. */
    private record Sizes(DType dtype, long batch, long queries, long length, long heads, long keyHeads, long headWidth) {
        static Sizes of(Args a, int q) {
            Tiles.matrix(a, q, q + 1, q + 2);
            Tiles.sameShape(a, q + 1, q + 2);
            Tiles.sameType(a, q, q + 1);
            Tiles.sameType(a, q, q + 2);
            long b = a.dim(q + 3, 0);
            Tiles.ids(a, q + 3, b);
            long h = a.integer(q + 4);
            long kh = a.integer(q + 5);
            Kernel.require(b > 0 && a.dim(q, 0) % b == 0 && a.dim(q + 1, 0) % b == 0, "%s and %s are not a whole number of rows for %d sequences", a.shape(q), a.shape(q + 1), b);
            Sizes s = new Sizes(a.dtype(q), b, a.dim(q, 0) / b, a.dim(q + 1, 0) / b, h, kh, a.dim(q, 1) / h);
            Kernel.require(s.headWidth * h == a.dim(q, 1) && h % kh == 0 && a.dim(q + 1, 1) == kh * s.headWidth, "keys %s do not fit queries %s, %d query heads and %d key heads", a.shape(q + 1),
                    a.shape(q), h, kh);
            return s;
        }

        private DType wide() {
            return Tiles.wide(dtype);
        }

        /** Queries laid out by heads, or what they read; as many in the wide type on the way. */
        long rows() {
            return queries * heads * headWidth * wide().bytes();
        }

        long shares() {
            return queries * heads * length * wide().bytes();
        }

        /** Keys, or values, in the wide type. */
        long keys() {
            return Tiles.converted(length * keyHeads * headWidth, dtype, wide());
        }

        /** Scores before their softmax, with what hides the padding. */
        long mask() {
            return shares() + length * (Long.BYTES + 1);
        }

        /** Multiply-adds of {@code count} products of n×T by D per head. */
        long products(long count) {
            return count * 2 * batch * heads * queries * length * headWidth;
        }
    }
}
