package headroom.engine.compute.kernel;

import java.util.Arrays;

/** Levels of the quantised forms, sorted upward. Sources: "QLoRA" (2023) for NF4, bitsandbytes for FP4, "8-bit Optimizers via Block-wise
 * Quantization" (2022) for the dynamic codes. */
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

    /**
     * 2^bits levels for normally distributed weights: quantiles of the normal at 2^(bits-1) evenly spaced probabilities from 1-δ down to ½, 2^(bits-1) - 1 mirrored ones, and an
     * exact zero, divided by the greatest; δ = ½(1/2^(bits+1) + 1/(2^(bits+1) - 2)). Four bits give NF4 to 2e-7; source for the others: "LQ-LoRA" (2024).
     */
    public static float[] normalFloat(int bits) {
        if (bits == 4) {
            return nf4();
        }
        int half = 1 << (bits - 1);
        double tail = 0.5 * (1.0 / (4 * half) + 1.0 / (4 * half - 2));
        double greatest = normalQuantile(1 - tail);
        float[] levels = new float[2 * half];
        int n = 0;
        for (int i = 0; i < half; i++) {
            levels[n++] = (float) (normalQuantile(1 - tail - i * (0.5 - tail) / half) / greatest);
            if (i < half - 1) {
                levels[n++] = (float) -(normalQuantile(1 - tail - i * (0.5 - tail) / (half - 1)) / greatest);
            }
        }
        Arrays.sort(levels);
        return levels;
    }

    /** Φ⁻¹(p) for p in [½, 1): Newton's method on the series Φ(x) = ½ + φ(x)·Σ x^(2k+1) / (1·3·5…(2k+1)) (Marsaglia, 2004). */
    private static double normalQuantile(double p) {
        double x = 0;
        for (int i = 0; i < 60; i++) {
            double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            double term = x;
            double sum = x;
            for (int k = 3; term > sum * 1e-18; k += 2) {
                term *= x * x / k;
                sum += term;
            }
            x -= (0.5 + density * sum - p) / density;
        }
        return x;
    }

    /**
     * The 4-bit floating-point levels of bitsandbytes ("FP4"): a sign, two bits of exponent e and one of mantissa m. Magnitudes (1 + m/2)·2^e for e = 1, 2, 3, and for e = 0 the two
     * numbers 0 and 1/16, all divided by the greatest, 12. Zero stands twice, so 15 levels differ.
     */
    public static float[] fp4() {
        float[] levels = new float[16];
        int n = 0;
        for (int e = 0; e < 4; e++) {
            for (int m = 0; m < 2; m++) {
                double magnitude = e == 0 ? m / 16.0 : (1 + m / 2.0) * (1 << e);
                levels[n++] = (float) (magnitude / 12);
                levels[n++] = (float) (0 - magnitude / 12);
            }
        }
        Arrays.sort(levels);
        return levels;
    }

    /** The integers that codes of so many bits stand for: 0 to 2^bits - 1, or -2^(bits-1) to 2^(bits-1) - 1 if symmetric. */
    public static float[] integers(int bits, boolean symmetric) {
        float[] levels = new float[1 << bits];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = symmetric ? i - levels.length / 2 : i;
        }
        return levels;
    }

    /** Levels of each whole unit of packed codes, row-major: [256, 8/bits] for a byte; for 3 bits [4096, 4] for a run of 12. The first code is in the high bits. */
    public static float[] units(float[] levels) {
        int bits = Integer.numberOfTrailingZeros(levels.length);
        int width = bits == 3 ? 12 : 8;
        int codes = width / bits;
        float[] units = new float[(1 << width) * codes];
        for (int u = 0; u < 1 << width; u++) {
            for (int k = 0; k < codes; k++) {
                units[u * codes + k] = levels[u >> (codes - 1 - k) * bits & levels.length - 1];
            }
        }
        return units;
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
