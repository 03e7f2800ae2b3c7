package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;
import java.util.List;

/**
 * Attention over token rows: q, out [B·T, H·D]; k, v [B·T, K·D], each of K key heads serving H/K query heads; lengths [B] int64 hides padded keys. T is N/B.
 *
 * <p>The [T, T] probabilities never exist as a whole: their log-sum-exp is kept and they are rebuilt a tile at a time ("FlashAttention", 2022), by libtorch's fused kernels
 * in float32, else, and backward where key heads are shared, by products of blocks, which are faster there.
 */
public final class AttentionKernels {
    /** {@code (q, k, v, lengths, H, K, causal)} → out, lse [B, H, T]. */
    public static final Kernel ATTENTION = new Kernel("attention", a -> {
        Sizes s = Sizes.of(a, 0, 3);
        DType wide = Tiles.wide(s.dtype);
        long lse = s.batch * s.heads * s.length * wide.bytes();
        long fused = s.mask() + (s.heads == s.keyHeads ? Math.max(s.forwardTiles(), lse) : s.forwardTiles() + (s.outBytes() + lse) / s.keyHeads);
        long scratch = Tiles.isWide(s.dtype) ? fused : s.masks() + s.blocksForward();
        return Kernel.makes(List.of(new Spec(a.shape(0), s.dtype), Spec.of(wide, s.batch, s.heads, s.length)), scratch, s.products(2));
    });
    /** {@code (dout, q, k, v, out, lse, lengths, H, K, causal)} → dq, dk, dv. */
    public static final Kernel ATTENTION_DX = new Kernel("attention_dx", a -> {
        Sizes s = Sizes.of(a, 1, 6);
        Tiles.sameShape(a, 0, 1);
        Tiles.sameShape(a, 4, 1);
        long scratch = s.heads == s.keyHeads && Tiles.isWide(s.dtype) ? s.mask() + s.backwardTiles() : s.masks() + s.blocksBackward();
        return Kernel.makes(List.of(new Spec(a.shape(1), s.dtype), new Spec(a.shape(2), s.dtype), new Spec(a.shape(3), s.dtype)), scratch, s.products(5));
    });
    /**
     * {@code (q, k, v, texts [N], T, H, K, causal)} → out, lse [H, N]: rows hold several texts, and a token sees its own alone; {@code texts} names each token's text, −1 where
     * there is none. Scratch and FLOPs are those of texts of T tokens, which is the most: shorter ones take less.
     */
    public static final Kernel ATTENTION_TEXTS = new Kernel("attention_texts", a -> {
        Sizes s = Sizes.texts(a, 0, 3);
        DType wide = Tiles.wide(s.dtype);
        return Kernel.makes(List.of(new Spec(a.shape(0), s.dtype), Spec.of(wide, s.heads, a.dim(0, 0))), s.edges() + s.length * wide.bytes() + s.blocksForward(), s.products(2));
    });
    /** {@code (dout, q, k, v, out, lse, texts, T, H, K, causal)} → dq, dk, dv. */
    public static final Kernel ATTENTION_TEXTS_DX = new Kernel("attention_texts_dx", a -> {
        Sizes s = Sizes.texts(a, 1, 6);
        Tiles.sameShape(a, 0, 1);
        Tiles.sameShape(a, 4, 1);
        long scratch = s.edges() + s.length * Tiles.wide(s.dtype).bytes() + s.blocksBackward();
        return Kernel.makes(List.of(new Spec(a.shape(1), s.dtype), new Spec(a.shape(2), s.dtype), new Spec(a.shape(3), s.dtype)), scratch, s.products(5));
    });
    /** {@code (q [1, H·D], k [C, K·D], v, n, H, K)} → out [1, H·D]: one new token over the first n rows of a cache of keys and values. */
    public static final Kernel ATTENTION_STEP = new Kernel("attention_step", a -> {
        Tiles.matrix(a, 0, 1, 2);
        Tiles.sameShape(a, 1, 2);
        Tiles.sameType(a, 0, 1);
        Tiles.sameType(a, 0, 2);
        long n = a.integer(3);
        long h = a.integer(4);
        long kh = a.integer(5);
        Kernel.require(a.dim(0, 0) == 1 && n >= 1 && n <= a.dim(1, 0), "%s over %d rows of %s", a.shape(0), n, a.shape(1));
        Kernel.require(h % kh == 0 && a.dim(0, 1) % h == 0 && a.dim(1, 1) * h == a.dim(0, 1) * kh, "%s does not fit %d query heads and keys %s of %d heads", a.shape(0), h, a.shape(1), kh);
        return Kernel.makes(new Spec(a.shape(0), a.dtype(0)), 2 * h * n * a.dtype(0).bytes(), 4 * n * a.dim(0, 1));
    });
    /** {@code (q, k, v, lengths, H, causal)} → out, probabilities [B, H, T, T]: the materialised form, K = H. */
    public static final Kernel ATTENTION_PLAIN = new Kernel("attention_plain", a -> {
        Sizes s = Sizes.plain(a, 0, a.dim(3, 0), a.integer(4), a.flag(5));
        Tiles.ids(a, 3, s.batch);
        Spec p = Spec.of(s.dtype, s.batch, s.heads, s.length, s.length);
        long scores = p.shape().bytes(p.dtype());
        return Kernel.makes(List.of(new Spec(a.shape(0), s.dtype), p), Math.max(scores - s.outBytes(), s.outBytes()) + s.maskRow(), s.products(2));
    });
    /** {@code (dout, q, k, v, probabilities)} → dq, dk, dv. */
    public static final Kernel ATTENTION_PLAIN_DX = new Kernel("attention_plain_dx", a -> {
        Sizes s = Sizes.plain(a, 1, a.dim(4, 0), a.dim(4, 1), false);
        long scores = a.shape(4).bytes(s.dtype);
        Spec x = new Spec(a.shape(1), s.dtype);
        return Kernel.makes(List.of(x, x, x), Math.max(2 * scores - 2 * s.outBytes(), s.outBytes()), s.products(4));
    });
    /** {@code (x [B·T, H·D], cos [T, D/2], sin, H)} → x turned by its position. */
    public static final Kernel ROPE = rope("rope", 0);
    /** {@code (dy, cos, sin, H)} → dx. */
    public static final Kernel ROPE_DX = rope("rope_dx", 1);
    /** {@code (first, T, D, theta)} → cos, sin [T, D/2] float32. */
    public static final Kernel ROPE_TABLE = new Kernel("rope_table", a -> table(a.integer(1), a.integer(2) / 2, a.integer(2) / 2));
    /** {@code (first, T, frequencies [D/2])} → cos, sin. */
    public static final Kernel ROPE_TABLE_FROM = new Kernel("rope_table_from", a -> table(a.integer(1), a.dim(2, 0), a.dtype(2) == DType.F64 ? 0 : a.dim(2, 0)));

    private AttentionKernels() {}

    private static Kernel rope(String name, long negated) {
        return new Kernel(name, a -> {
            Tiles.matrix(a, 0, 1, 2);
            Tiles.sameShape(a, 1, 2);
            long t = a.dim(1, 0);
            long half = a.dim(1, 1);
            Kernel.require(a.dim(0, 0) % t == 0 && a.dim(0, 1) == 2 * half * a.integer(3), "%s does not fit %d heads and tables %s", a.shape(0), a.integer(3), a.shape(1));
            long scratch = Tiles.converted(2 * t * half, a.dtype(1), a.dtype(0)) + negated * t * half * a.dtype(1).bytes();
            return Kernel.makes(new Spec(a.shape(0), a.dtype(0)), scratch, 3 * a.shape(0).elements());
        });
    }

    /** Angles and one of their functions in float64. */
    private static Kernel.Outcome table(long t, long half, long frequencies) {
        Spec s = Spec.of(DType.F32, t, half);
        return Kernel.makes(List.of(s, s), Double.BYTES * (2 * t * half + frequencies) - Float.BYTES * t * half, 3 * t * half);
    }

    /** The extents of a call. */
    private record Sizes(DType dtype, long batch, long length, long heads, long keyHeads, long headWidth, boolean causal) {
        static Sizes of(Args a, int q, int lengths) {
            Tiles.matrix(a, q, q + 1, q + 2);
            Tiles.sameShape(a, q + 1, q + 2);
            Tiles.sameType(a, q, q + 1);
            Tiles.sameType(a, q, q + 2);
            long b = a.dim(lengths, 0);
            Tiles.ids(a, lengths, b);
            long h = a.integer(lengths + 1);
            long kh = a.integer(lengths + 2);
            Sizes s = new Sizes(a.dtype(q), b, a.dim(q, 0) / b, h, kh, a.dim(q, 1) / h, a.flag(lengths + 3));
            Kernel.require(s.batch * s.length == a.dim(q, 0), "%s is not a whole number of %d sequences", a.shape(q), b);
            Kernel.require(s.headWidth * h == a.dim(q, 1) && h % kh == 0, "%s does not fit %d query heads and %d key heads", a.shape(q), h, kh);
            Kernel.require(a.dim(q + 1, 1) == kh * s.headWidth && a.dim(q + 1, 0) == a.dim(q, 0), "keys %s do not fit queries %s and %d key heads", a.shape(q + 1), a.shape(q), kh);
            return s;
        }

        /** Texts of at most T tokens in rows of T. */
        static Sizes texts(Args a, int q, int texts) {
            Tiles.matrix(a, q, q + 1, q + 2);
            Tiles.sameShape(a, q + 1, q + 2);
            Tiles.sameType(a, q, q + 1);
            Tiles.sameType(a, q, q + 2);
            long n = a.dim(q, 0);
            long t = a.integer(texts + 1);
            Tiles.ids(a, texts, n);
            long h = a.integer(texts + 2);
            long kh = a.integer(texts + 3);
            Sizes s = new Sizes(a.dtype(q), n / t, t, h, kh, a.dim(q, 1) / h, a.flag(texts + 4));
            Kernel.require(s.batch * t == n && a.dim(q + 1, 0) == n, "%s and %s are not a whole number of rows of %d tokens", a.shape(q), a.shape(q + 1), t);
            Kernel.require(s.headWidth * h == a.dim(q, 1) && h % kh == 0 && a.dim(q + 1, 1) == kh * s.headWidth, "%s and keys %s do not fit %d query heads and %d key heads",
                    a.shape(q), a.shape(q + 1), h, kh);
            return s;
        }

        /** Where texts begin, at most everywhere: found, moved by one, and framed. */
        long edges() {
            return 3 * Long.BYTES * (batch * length + 1);
        }

        static Sizes plain(Args a, int q, long batch, long heads, boolean causal) {
            Tiles.matrix(a, q, q + 1, q + 2);
            Tiles.sameShape(a, q, q + 1);
            Tiles.sameShape(a, q, q + 2);
            Kernel.require(a.dim(q, 0) % batch == 0 && a.dim(q, 1) % heads == 0, "%s does not fit %d sequences and %d heads", a.shape(q), batch, heads);
            return new Sizes(a.dtype(q), batch, a.dim(q, 0) / batch, heads, heads, a.dim(q, 1) / heads, causal);
        }

        long outBytes() {
            return batch * length * heads * headWidth * dtype.bytes();
        }

        long maskRow() {
            return batch * length * dtype.bytes();
        }

        long mask() {
            return causal ? 0 : maskRow();
        }

        /** Multiply-adds of {@code count} products of T×T by D per head; a causal call does half of them. */
        long products(long count) {
            long all = count * 2 * batch * heads * length * length * headWidth;
            return causal ? all / 2 : all;
        }

        long forwardTiles() {
            return new FlashTiles(dtype, length, length, headWidth).forwardBytes();
        }

        /** Zeros, and minus infinity for hidden keys, in the wide type. */
        long masks() {
            return (causal ? 1 : batch) * length * Tiles.wide(dtype).bytes();
        }

        long backwardTiles() {
            return new FlashTiles(dtype, length, length, headWidth).backwardBytes();
        }

        /** Of bf16, what large blocks take or, where they do not hold, blocks of single texts after them. */
        long blocksForward() {
            return Math.max(blocks().forwardBytes(), isNarrow() ? narrow().forwardBytes() : 0);
        }

        long blocksBackward() {
            return Math.max(blocks().backwardBytes(), isNarrow() ? narrow().backwardBytes() : 0);
        }

        private BlockTiles blocks() {
            return new BlockTiles(dtype, length, heads, keyHeads, headWidth, causal);
        }

        private boolean isNarrow() {
            return dtype == DType.BF16;
        }

        private NarrowTiles narrow() {
            return new NarrowTiles(batch, length, heads, keyHeads, headWidth, causal);
        }
    }
}
