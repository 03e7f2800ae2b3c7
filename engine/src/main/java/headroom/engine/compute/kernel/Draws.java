package headroom.engine.compute.kernel;

/**
 * The numbers of {@link RandomKernels} for host code: the same functions of key and coordinate, in Java. Uniforms are equal bit for bit; normals pass through logarithm and
 * sine in double here and in float32 there, and agree to about 1e-5.
 */
public final class Draws {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final int TILE = 65_536;
    private static final int LANES = TILE / 2;

    private Draws() {}

    /** The 64-bit draw at a coordinate, before the use-dependent last step. */
    public static long lane(long key, long coordinate) {
        long x = key + GOLDEN * coordinate;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9L;
        return (x ^ (x >> 27)) * 0x94D049BB133111EBL;
    }

    /** What the kernel {@code uniform} gives at a coordinate: in [0, 1), in steps of 2⁻²⁴. */
    public static float uniform(long key, long coordinate) {
        return (lane(key, coordinate) >>> 40) * 0x1p-24f;
    }

    /** What the kernels of normals give at element {@code e} of a key's stream. */
    public static double normal(long key, long e) {
        long within = e % TILE;
        long lane = lane(key, e / TILE * LANES + within % LANES);
        double u = (((lane ^ (lane >> 32)) & 0xFFFFFFFFL) + 0.5) * 0x1p-32;
        double angle = 2 * Math.PI * 0x1p-24 * (lane >> 40);
        double radius = Math.sqrt(-2 * Math.log(u));
        return radius * (within < LANES ? Math.cos(angle) : Math.sin(angle));
    }

    /** Whether the kernels of dropout keep the element at a coordinate. */
    public static boolean keeps(long key, long coordinate, double p) {
        long lane = lane(key, Math.floorDiv(coordinate, 4));
        long word = (lane ^ (lane >>> 32)) >>> (16 * Math.floorMod(coordinate, 4));
        return (short) word >= (int) (p * TILE + 0.5) - LANES;
    }
}
