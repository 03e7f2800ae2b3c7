package headroom.engine.compute.kernel;

import java.util.Arrays;

/** Levels of the quantised forms, sorted upward. Sources: "QLoRA" (2023) for NF4, "8-bit Optimizers via Block-wise Quantization" (2022) for the dynamic codes. */
public final class CodeBooks {
    /** The 16 levels of NF4: quantiles of the normal distribution scaled to [-1, 1], with an exact zero. */
    private static final float[] NF4 = {-1f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f,
            -0.09105003625154495f, 0f, 0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f,
            0.7229568362236023f, 1f};
    private static final int DECADES = 7;

    private CodeBooks() {}

    public static float[] nf4() {
        return NF4.clone();
    }

    /** For each byte of packed NF4 codes its two levels, the high half first: [256, 2] row-major. */
    public static float[] nf4Pairs() {
        float[] pairs = new float[512];
        for (int b = 0; b < 256; b++) {
            pairs[2 * b] = NF4[b >> 4];
            pairs[2 * b + 1] = NF4[b & 15];
        }
        return pairs;
    }

    /** 256 levels in [-1, 1] for values of both signs: each decade below 1 has twice as many levels as the one below it. */
    public static float[] dynamicSigned() {
        return dynamic(true);
    }

    /** 256 levels in [0, 1] for values that are never negative. */
    public static float[] dynamicUnsigned() {
        return dynamic(false);
    }

    /** The middles of 2^i (unsigned: 2^(i+1)) equal parts of [0.1, 1], times 10^(i-6), for i = 0…6; and 0 and 1. */
    private static float[] dynamic(boolean signed) {
        float[] levels = new float[256];
        int n = 0;
        for (int i = 0; i < DECADES; i++) {
            int parts = signed ? 1 << i : 2 << i;
            double scale = Math.pow(10, i - (DECADES - 1));
            for (int k = 0; k < parts; k++) {
                float level = (float) (scale * (0.1 + 0.9 * (k + 0.5) / parts));
                levels[n++] = level;
                if (signed) {
                    levels[n++] = -level;
                }
            }
        }
        levels[n++] = 0f;
        levels[n++] = 1f;
        if (n != levels.length) {
            throw new IllegalStateException("a code book of " + n + " levels");
        }
        Arrays.sort(levels);
        return levels;
    }
}
