package headroom.engine.compute.kernel;

import java.util.List;

/**
 * What the coded updates look up: of the signed and of the unsigned dynamic book its levels, the middles between neighbours, and for each value of the upper 16 bits of a
 * float32 the nearest level to the lower end of the numbers that begin so. No more than one middle lies among those, so one comparison finds the nearest level, where a
 * search among 255 middles takes eight.
 *
 * @param levels sorted upward [256]
 * @param middles middle between level k and k + 1; the last is infinite [256]
 * @param first level of the lower end of each cell [65,536]
 */
public record DynamicTables(float[] levels, float[] middles, byte[] first) {
    /** Tensors that the coded updates take: three for each of two books. */
    public static final int COUNT = 6;
    private static final int CELLS = 1 << 16;

    /** Made once: a plan of 8-bit state is asked for as often as any. */
    private static final class Made {
        static final List<DynamicTables> BOTH = List.of(of(CodeBooks.dynamicSigned()), of(CodeBooks.dynamicUnsigned()));
    }

    /** Signed, then unsigned. Their arrays are shared and must not be changed. */
    public static List<DynamicTables> both() {
        return Made.BOTH;
    }

    static DynamicTables of(float[] levels) {
        float[] middles = new float[levels.length];
        for (int k = 0; k + 1 < levels.length; k++) {
            middles[k] = (levels[k] + levels[k + 1]) * 0.5f;
        }
        middles[levels.length - 1] = Float.POSITIVE_INFINITY;
        byte[] first = new byte[CELLS];
        for (int cell = 0; cell < CELLS; cell++) {
            float towardsZero = Float.intBitsToFloat(cell << 16);
            float away = Float.intBitsToFloat(cell << 16 | 0xFFFF);
            if (Float.isFinite(towardsZero)) {
                int low = nearest(middles, Math.min(towardsZero, away));
                if (nearest(middles, Math.max(towardsZero, away)) > low + 1) {
                    throw new IllegalStateException("the numbers from " + towardsZero + " to " + away + " have more than two nearest levels");
                }
                first[cell] = (byte) low;
            }
        }
        return new DynamicTables(levels, middles, first);
    }

    /** Index of the nearest level; a tie goes to the lower one. */
    static int nearest(float[] middles, float x) {
        int k = 0;
        while (x > middles[k]) {
            k++;
        }
        return k;
    }
}
