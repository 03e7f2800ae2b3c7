package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;

/**
 * Numbers that depend on a key and a coordinate alone, drawn in float32 by tiles of 65,536, four at a time where many are asked; {@link Draws} gives the same ones to host code.
 */
public final class RandomKernels {
    /** 64-bit draws of one tile. */
    static final long LANES = 32_768;
    /** Tiles drawn at a time. */
    private static final long TOGETHER = 4;

    /** {@code (key, start, n)} → n values in [0, 1). */
    public static final Kernel UNIFORM = new Kernel("uniform", a -> Kernel.makes(Spec.of(DType.F32, a.integer(2)), 16 * Tiles.elements(a.integer(2)), 8 * a.integer(2)));
    /** {@code (x, key, bound)}: x becomes uniform in [-bound, bound). */
    public static final Kernel UNIFORM_INTO = new Kernel("uniform_into", a -> {
        long tile = Tiles.elements(a.shape(0).elements());
        return Kernel.inPlace(20 * tile, 10 * a.shape(0).elements());
    });
    /** {@code (key, start, n)} → n standard normals. */
    public static final Kernel NORMAL = new Kernel("normal", a -> Kernel.makes(Spec.of(DType.F32, a.integer(2)), tiles(a.integer(1), a.integer(2)), 16 * a.integer(2)));
    /** {@code (w, key, start, c)}: w += c z, z the normals of the key from coordinate start on. */
    public static final Kernel ADD_NORMAL_INTO = new Kernel("add_normal_into", a -> Kernel.inPlace(scratch(a), 18 * a.shape(0).elements()));
    /** {@code (rows [N, d], ids [N], key, c)}: what {@code add_normal_into} adds to the rows ids of a table [V, d], added to rows gathered from it. */
    public static final Kernel ADD_NORMAL_ROWS_INTO = new Kernel("add_normal_rows_into", a -> {
        Tiles.matrix(a, 0);
        Tiles.ids(a, 1, a.dim(0, 0));
        // two 64-bit integers, a radius and a flag an element
        return Kernel.inPlace(21 * Tiles.elements(a.dim(0, 0), a.dim(0, 1)), 24 * a.shape(0).elements());
    });

    private RandomKernels() {}

    private static long scratch(Args a) {
        long n = a.shape(0).elements();
        return tiles(a.integer(2), n);
    }

    /** The same where several tiles are drawn at a time, the last of them in part. */
    private static long tiles(long start, long n) {
        long begun = start + n - Math.ceilDiv(start, Tiles.TILE) * Tiles.TILE;
        return begun > Tiles.TILE ? 20 * LANES * Math.min(TOGETHER, Math.ceilDiv(begun, Tiles.TILE)) : tile(start, n);
    }

    /** Two 64-bit integers and a radius a lane; the normals come when one of the integers has gone. */
    static long tile(long start, long n) {
        long drawn = Math.min(Tiles.TILE, Math.min(start % Tiles.TILE + n, Tiles.TILE));
        return 20 * Math.min(drawn, LANES);
    }
}
