package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;
import java.util.List;

/**
 * Codes of tensors that are kept between forward and backward: integers of 2, 4 or 8 bits with a step and a least value for each group ("S2A", 2023), and 8-bit floats with a
 * scale for each group ("COAT", 2025); and some rows of an input for a weight gradient ("Winner-Take-All Column Row Sampling", 2023). For codes, a tensor is read as one flat row; its last group may be short.
 */
public final class SaveKernels {
    /** {@code (x, bits, group)} → codes [⌈n·bits/8⌉] U8, steps [⌈n/group⌉] F16, least values [⌈n/group⌉] F16. */
    public static final Kernel GROUP_CODE = new Kernel("group_code", a -> {
        long n = a.shape(0).elements();
        long group = group(a.integer(1), a.integer(2));
        long tile = tile(n, group);
        long scratch = converted(a, tile) + (Float.BYTES + 1) * tile + tile / 2 + 4L * Float.BYTES * groups(tile, group);
        return Kernel.makes(List.of(Spec.of(DType.U8, packed(n, a.integer(1))), Spec.of(DType.F16, groups(n, group)), Spec.of(DType.F16, groups(n, group))), scratch, 6 * n);
    });
    /** {@code (codes, steps, least values, bits, group, n, dtype code)} → the elements [n]. */
    public static final Kernel GROUP_DECODE = new Kernel("group_decode", a -> {
        long bits = a.integer(3);
        long group = group(bits, a.integer(4));
        long n = a.integer(5);
        Tiles.vector(a, 0, packed(n, bits));
        Tiles.vector(a, 1, groups(n, group));
        Tiles.vector(a, 2, groups(n, group));
        long tile = tile(n, group);
        return Kernel.makes(Spec.of(Tiles.dtype(a.integer(6)), n), Float.BYTES * tile + 2 * packed(tile, bits), 2 * n);
    });
    /** {@code (x, dtype code of the fp8 type, group)} → its bits [n] U8, scales [⌈n/group⌉] BF16. */
    public static final Kernel FP8_CODE = new Kernel("fp8_code", a -> {
        fp8(a.integer(1));
        long n = a.shape(0).elements();
        long group = a.integer(2);
        Kernel.require(group >= 1, "groups of %d elements", group);
        long tile = tile(n, group);
        long scratch = converted(a, tile) + Math.max(2 * Float.BYTES, Float.BYTES + 2) * tile + 2L * Float.BYTES * groups(tile, group);
        return Kernel.makes(List.of(Spec.of(DType.U8, n), Spec.of(DType.BF16, groups(n, group))), scratch, 4 * n);
    });
    /** {@code (codes, scales, dtype code of the fp8 type, group, dtype code)} → the elements [n]. */
    public static final Kernel FP8_DECODE = new Kernel("fp8_decode", a -> {
        fp8(a.integer(2));
        long n = a.dim(0, 0);
        long group = a.integer(3);
        Tiles.vector(a, 1, groups(n, group));
        long tile = tile(n, group);
        return Kernel.makes(Spec.of(Tiles.dtype(a.integer(4)), n), (Float.BYTES + 1) * tile + (long) Float.BYTES * groups(tile, group), n);
    });

    /** {@code (x [N, d], k, key)} → k rows, scaled so that a sum over rows is right on average [k, d], and which they are [k] I64. */
    public static final Kernel SAMPLE_ROWS = new Kernel("sample_rows", a -> {
        Tiles.matrix(a, 0);
        long n = a.dim(0, 0);
        long d = a.dim(0, 1);
        long k = a.integer(1);
        Kernel.require(k >= 1 && k <= n, "%d of %d rows", k, n);
        DType wide = Tiles.wide(a.dtype(0));
        long norms = Tiles.elements(n, d) * wide.bytes() + Tiles.converted(Tiles.elements(n, d), a.dtype(0), wide);
        // probabilities, and then they once more in order, where they were, and their sums; draws, places, scales
        long chosen = Long.BYTES * (4 * n + 5 * k);
        return Kernel.makes(List.of(Spec.of(a.dtype(0), k, d), Spec.of(DType.I64, k)), Long.BYTES * n + Math.max(norms, chosen), 3 * n * d);
    });

    private SaveKernels() {}

    /** Bytes of {@code n} codes. */
    public static long packed(long n, long bits) {
        return (n * bits + 7) / 8;
    }

    /** Groups of {@code n} elements; the last may be short. */
    public static long groups(long n, long group) {
        return (n + group - 1) / group;
    }

    private static long group(long bits, long group) {
        Kernel.require(bits == 2 || bits == 4 || bits == 8, "codes of %d bits; expected 2, 4 or 8", bits);
        Kernel.require(group >= 1 && group * bits % 8 == 0, "a group of %d codes of %d bits ends within a byte", group, bits);
        return group;
    }

    private static void fp8(long code) {
        DType type = Tiles.dtype(code);
        Kernel.require(type == DType.F8_E4M3 || type == DType.F8_E5M2, "%s is no 8-bit float", type);
    }

    private static long tile(long n, long group) {
        return Math.min(n, Math.max(1, Tiles.TILE / group) * group);
    }

    private static long converted(Args a, long tile) {
        return Tiles.converted(tile, a.dtype(0), DType.F32);
    }
}
