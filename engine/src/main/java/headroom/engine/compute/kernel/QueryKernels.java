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
        return Kernel.makes(new Spec(a.shape(0), s.dtype), Math.max(s.softmax(), s.product()), s.products(2));
    });
    /** {@code (dout, q, k, v, lengths, H, K)} → dq. Keys and values are constants. */
    public static final Kernel QUERY_ATTENTION_DX = new Kernel("query_attention_dx", a -> {
        Sizes s = Sizes.of(a, 1);
        Tiles.sameShape(a, 0, 1);
        Tiles.sameType(a, 0, 1);
        // shares, their gradient and that of the scores; before that the gradient of what was read, laid out by heads
        long gradients = s.shares() + Math.max(2 * s.shares(), Math.max(s.laidOut(), s.queryRows() + s.keys() + s.shares()));
        return Kernel.makes(new Spec(a.shape(1), s.dtype), Math.max(Math.max(s.softmax(), s.product()), gradients), s.products(3));
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

        private boolean copied() {
            // the rows of a head follow each other already where there is one row, or one head
            return queries > 1 && keyHeads > 1;
        }

        private long rows() {
            return queries * heads * headWidth * wide().bytes();
        }

        /** While rows are laid out by heads in the wide type. */
        long laidOut() {
            return (copied() ? rows() : 0) + (Tiles.isWide(dtype) ? 0 : rows());
        }

        /** Of laid out rows, what is no view. */
        long queryRows() {
            return copied() || !Tiles.isWide(dtype) ? rows() : 0;
        }

        long shares() {
            return queries * heads * length * wide().bytes();
        }

        /** Keys, or values, in the wide type. */
        long keys() {
            return Tiles.converted(length * keyHeads * headWidth, dtype, wide());
        }

        /** On the way to the shares: scores from queries and keys, what hides the padding, scores and their softmax. */
        long softmax() {
            return Math.max(Math.max(laidOut(), queryRows() + keys() + shares()), shares() + Math.max(shares(), length * (Long.BYTES + 1)));
        }

        /** Shares of values, or of keys, and what they come to. */
        long product() {
            return shares() + keys() + rows();
        }

        /** Multiply-adds of {@code count} products of n×T by D per head. */
        long products(long count) {
            return count * 2 * batch * heads * queries * length * headWidth;
        }
    }
}
