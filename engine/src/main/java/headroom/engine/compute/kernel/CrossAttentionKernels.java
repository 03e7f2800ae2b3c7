package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;
import java.util.List;

/**
 * Attention of all rows of a batch over keys that are the same for every sequence and hidden from none: q, out [N, H·D]; k, v [P, K·D], each of K key heads serving H/K
 * query heads. Fused: no [N, P] probabilities are held.
 */
public final class CrossAttentionKernels {
    /** {@code (q, k, v, H, K)} → out, lse [H, N]. */
    public static final Kernel CROSS_ATTENTION = new Kernel("cross_attention", a -> {
        Sizes s = Sizes.of(a, 0, 3);
        DType wide = Tiles.wide(s.dtype);
        long lse = s.heads * s.rows * wide.bytes();
        long scratch = s.heads == s.keyHeads ? Math.max(s.forwardTiles(), lse) : s.forwardTiles() + (s.outBytes() + lse) / s.keyHeads;
        return Kernel.makes(List.of(new Spec(a.shape(0), s.dtype), Spec.of(wide, s.heads, s.rows)), scratch, s.products(2));
    });
    /**
     * {@code (dout, q, k, v, out, lse [B, H, T], H, K)} → dq, dk, dv: the part of these keys in a softmax whose output and log-sum-exp are given, so that further keys may
     * have taken part in it.
     */
    public static final Kernel CROSS_ATTENTION_DX = new Kernel("cross_attention_dx", a -> {
        Sizes s = Sizes.of(a, 1, 6);
        Tiles.sameShape(a, 0, 1);
        Tiles.sameShape(a, 4, 1);
        Kernel.require(a.shape(5).rank() == 3 && a.dim(5, 0) * a.dim(5, 2) == s.rows && a.dim(5, 1) == s.heads, "log-sum-exp %s of %d heads and %d rows", a.shape(5), s.heads, s.rows);
        long scratch = s.heads * s.rows * Tiles.wide(s.dtype).bytes() + s.backwardTiles();
        if (s.heads != s.keyHeads) {
            // dq and a part of dout of one group laid out anew, dk and dv of each of its query heads
            scratch += (2 * s.outBytes() + 2 * s.keys * s.heads * s.headWidth * s.dtype.bytes()) / s.keyHeads;
        }
        return Kernel.makes(List.of(new Spec(a.shape(1), s.dtype), new Spec(a.shape(2), s.dtype), new Spec(a.shape(3), s.dtype)), scratch, s.products(5));
    });
    /** {@code (out [N, H·D], lse [B, H, T], other [N, H·D], its lse [H, N])}: out and lse become those of one softmax over the keys of both. */
    public static final Kernel MERGE_ATTENTION_INTO = new Kernel("merge_attention_into", a -> {
        Tiles.matrix(a, 0, 2);
        Tiles.sameShape(a, 0, 2);
        Tiles.sameType(a, 0, 2);
        Tiles.sameType(a, 1, 3);
        long n = a.dim(0, 0);
        long h = a.dim(3, 0);
        Kernel.require(a.dim(3, 1) == n && a.dim(1, 0) * a.dim(1, 2) == n && a.dim(1, 1) == h && a.dim(0, 1) % h == 0, "%s with log-sum-exp %s and another %s", a.shape(0), a.shape(1), a.shape(3));
        // the other's share of each row and head, and once more for an output of a narrower type
        return Kernel.inPlace(h * n * a.dtype(1).bytes() + Tiles.converted(h * n, a.dtype(1), a.dtype(0)), 3 * a.shape(0).elements());
    });

    private CrossAttentionKernels() {}

    private record Sizes(DType dtype, long rows, long keys, long heads, long keyHeads, long headWidth) {
        static Sizes of(Args a, int q, int heads) {
            Tiles.matrix(a, q, q + 1, q + 2);
            Tiles.sameShape(a, q + 1, q + 2);
            Tiles.sameType(a, q, q + 1);
            Tiles.sameType(a, q, q + 2);
            long h = a.integer(heads);
            long kh = a.integer(heads + 1);
            Sizes s = new Sizes(a.dtype(q), a.dim(q, 0), a.dim(q + 1, 0), h, kh, a.dim(q, 1) / h);
            Kernel.require(s.headWidth * h == a.dim(q, 1) && h % kh == 0 && a.dim(q + 1, 1) == kh * s.headWidth, "keys %s do not fit queries %s, %d query heads and %d key heads", a.shape(q + 1),
                    a.shape(q), h, kh);
            return s;
        }

        long outBytes() {
            return rows * heads * headWidth * dtype.bytes();
        }

        /** Multiply-adds of {@code count} products of N×P by D per head. */
        long products(long count) {
            return count * 2 * heads * rows * keys * headWidth;
        }

        long forwardTiles() {
            return new FlashTiles(dtype, rows, keys, headWidth).forwardBytes();
        }

        long backwardTiles() {
            return new FlashTiles(dtype, rows, keys, headWidth).backwardBytes();
        }
    }
}
