package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.FloatProducts;

/**
 * Scratch of attention in bf16 by products of large blocks: scores [m, n, T] of m key heads, those of several texts, and n rows of the query heads that read each. The sizes are those of the
 * TorchScript source.
 *
 * @param batch texts of a call
 * @param length T, of the longest text
 */
record NarrowTiles(long batch, long length, long heads, long keyHeads, long headWidth, boolean causal) {
    private static final long SCORES = 819_200;
    /** Rows of a block where what a causal row may not see is worth leaving out. */
    private static final long CAUSAL_ROWS = 176;
    private static final long CAUSAL_LENGTH = 256;
    /** Scores that are widened at a time. */
    private static final long WIDENED = 262_144;
    private static final long NARROW = DType.BF16.bytes();
    private static final long WIDE = DType.F32.bytes();

    private long readers() {
        return heads / keyHeads;
    }

    private long rows() {
        long most = causal && length > CAUSAL_LENGTH ? CAUSAL_ROWS : length;
        return Math.min(most, Math.max(32, SCORES / (readers() * length)));
    }

    private long group() {
        return Math.min(keyHeads, Math.max(1, SCORES / (readers() * rows() * length)));
    }

    private long texts() {
        return group() < keyHeads ? 1 : Math.min(batch, Math.max(1, SCORES / (heads * rows() * length)));
    }

    /** Key heads of a block. */
    private long m() {
        return texts() * group();
    }

    /** Query rows of a block. */
    private long queries() {
        return m() * readers() * rows();
    }

    private long scores() {
        return queries() * length;
    }

    private long keys() {
        return m() * length;
    }

    /** Shifts of keys, on their way, and for each head. */
    private long shifts() {
        return texts() * length * (NARROW + 2 * WIDE) + keys() * NARROW;
    }

    /** Keys of {@code width} as a product takes them, and the powers: by oneDNN laid out twice, else in float32 and then rounded. */
    private long powers(long width) {
        if (FloatProducts.chosen() == FloatProducts.ONEDNN) {
            return Math.max(2 * keys() * width, scores() + (causal ? keys() * width : 0)) * NARROW + scores() * NARROW;
        }
        return (keys() + queries()) * width * WIDE + scores() * (NARROW + WIDE);
    }

    private long hidden() {
        return causal ? rows() * rows() * NARROW : 0;
    }

    /** Keys and values of a block and its queries; then the powers, or sums and output. */
    long forwardBytes() {
        long q = queries() * headWidth;
        long sums = queries() * WIDE + Math.min(scores(), Math.max(WIDENED, readers() * rows() * length)) * WIDE;
        long output = queries() * WIDE + q * (NARROW + WIDE) + (causal ? keys() * headWidth * NARROW : 0);
        long block = Math.max(powers(headWidth), scores() * NARROW + Math.max(hidden(), Math.max(sums, output)));
        return shifts() + 2 * keys() * headWidth * NARROW + q * NARROW + Math.max(q * NARROW, block);
    }

    /** Keys, keys and values with ones, and sums of their gradients; scaled queries, queries and gradients with addends; then the powers, or the powers and their gradient. */
    long backwardBytes() {
        long wider = headWidth + 2;
        long q = queries() * headWidth;
        long kept = keys() * ((headWidth + 2 * wider) * NARROW + 2 * headWidth * WIDE) + (q + queries() * wider) * NARROW + queries() * WIDE;
        long product = keys() * headWidth * NARROW * (causal ? 2 : 1);
        long gradients = scores() * NARROW + q * NARROW + Math.max(Math.max(product, 2 * q * WIDE + queries() * WIDE), queries() * wider * NARROW + scores() * NARROW + Math.max(product + q * NARROW, keys() * wider * NARROW));
        return shifts() + kept + Math.max(powers(wider), gradients + hidden());
    }
}
