package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;

/**
 * Scratch of attention by products of blocks: scores [g, r R, T] of g key heads, each read by r query heads, for R rows of queries and T keys, in the wide type. The sizes are those of
 * the TorchScript source.
 *
 * @param length T, of the longest text
 */
record BlockTiles(DType dtype, long length, long heads, long keyHeads, long headWidth, boolean causal) {
    private static final long SCORES = 262_144;

    private long readers() {
        return heads / keyHeads;
    }

    private long rows() {
        return Math.min(length, Math.max(32, Math.min(128, SCORES / (readers() * length))));
    }

    private long group() {
        return Math.min(keyHeads, Math.max(1, SCORES / (readers() * rows() * length)));
    }

    private long queries() {
        return group() * readers() * rows();
    }

    private long wide() {
        return Tiles.wide(dtype).bytes();
    }

    private long narrow() {
        return Tiles.isWide(dtype) ? 0 : dtype.bytes();
    }

    private long scores() {
        return queries() * length;
    }

    private long hidden() {
        return causal ? 2 * rows() * rows() : 0;
    }

    /** Keys in the wide type; then the queries on their way, or the scores and their softmax. */
    long forwardBytes() {
        long q = queries() * headWidth;
        long below = readers() > 1 ? q * dtype.bytes() : 0;
        long keys = narrow() > 0 ? group() * length * headWidth * wide() : 0;
        return keys + Math.max(Math.max(2 * q * wide() + below, (q + scores()) * wide() + hidden()), 2 * (scores() + queries()) * wide());
    }

    /** Keys and values in the wide type and the sums of their gradients; probabilities and their gradient, and what narrow products read and give. */
    long backwardBytes() {
        long q = queries() * headWidth;
        long below = readers() > 1 ? 2 * q * dtype.bytes() : 0;
        long keys = group() * length * headWidth;
        long all = (narrow() > 0 ? 4 : 2) * keys * wide() + below + 2 * queries() * wide();
        return all + Math.max((2 * scores() + q) * wide(), scores() * wide() + Math.max(2 * q * wide() + hidden(), scores() * narrow() + keys * dtype.bytes()));
    }
}
