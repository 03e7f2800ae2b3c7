package headroom.engine.compute;

/**
 * Keyed randomness: a number is a function of a key and a logical coordinate, never of what was drawn before. So dropout replays in a checkpointed backward pass, a
 * perturbation needs no memory, and a resumed run continues bit for bit.
 *
 * <p>A key is made from the run's seed, a purpose, the path of a tensor and a step. Kernels take it as one 62-bit integer.
 */
public final class Keys {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Keys() {}

    /** The key for one purpose and tensor at one step of a run. */
    public static long key(long seed, String purpose, String path, long step) {
        long h = mix(seed * GOLDEN + 0x632BE59BD9B4E019L);
        h = mix(h ^ hash(purpose));
        h = mix(h ^ hash(path));
        h = mix(h + step * GOLDEN);
        return h & 0x3FFFFFFFFFFFFFFFL;
    }

    /** A uniform number in [0, 1) for host code: coordinate {@code index} under {@code key}. */
    public static double uniform(long key, long index) {
        return (mix(key ^ mix(index * GOLDEN + 0x2545F4914F6CDD1DL)) >>> 11) * 0x1.0p-53;
    }

    /** An integer in [0, bound) for host code. */
    public static long below(long key, long index, long bound) {
        return Math.multiplyHigh(mix(key ^ mix(index * GOLDEN + 0x2545F4914F6CDD1DL)) & Long.MAX_VALUE, bound << 1);
    }

    /** A permutation of 0..n-1 that only depends on the key. */
    public static int[] permutation(long key, int n) {
        int[] p = new int[n];
        for (int i = 0; i < n; i++) {
            p[i] = i;
        }
        for (int i = n - 1; i > 0; i--) {
            int j = (int) below(key, i, i + 1L);
            int t = p[i];
            p[i] = p[j];
            p[j] = t;
        }
        return p;
    }

    /** Stafford's finaliser: a bijection of 64-bit integers whose output bits look independent. */
    public static long mix(long z) {
        long x = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return x ^ (x >>> 31);
    }

    private static long hash(String s) {
        long h = 0xCBF29CE484222325L;
        for (int i = 0; i < s.length(); i++) {
            h = mix(h ^ s.charAt(i));
        }
        return h;
    }
}
