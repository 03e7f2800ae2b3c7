package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;

/** Scratch of libtorch's fused attention on a CPU: the tiles that each thread holds, for this many queries and keys a sequence and heads of this width. */
record FlashTiles(DType dtype, long queries, long keys, long headWidth) {
    private static final long KEY_TILE = 512;

    private long queryTile() {
        return Math.min(queries, queries >= 768 ? 256 : queries >= 192 ? 64 : 32);
    }

    private long keyTile() {
        return Math.min(keys, KEY_TILE);
    }

    private long wide() {
        return Tiles.wide(dtype).bytes();
    }

    private long narrow() {
        return Tiles.isWide(dtype) ? 0 : dtype.bytes();
    }

    /** Scores, running maximum and sum, and the output tile of each thread; for narrow types the probabilities once more in that type. */
    long forwardBytes() {
        long q = queryTile();
        return Tiles.THREADS * (wide() * (q * keyTile() + 2 * q + q * headWidth) + narrow() * q * keyTile());
    }

    /** Probabilities and their gradient of each thread; for narrow types both once more, and the factors of a product laid out anew. */
    long backwardBytes() {
        long products = narrow() * ((16 << 10) + queryTile() * keyTile() + keyTile() * headWidth + queryTile() * headWidth);
        return Tiles.THREADS * (2 * (wide() + narrow()) * queryTile() * keyTile() + products);
    }
}
