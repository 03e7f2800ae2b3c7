package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Outcome;
import headroom.engine.compute.Kernel.Spec;
import headroom.engine.compute.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Quantisation of a tensor read as one flat row. Block-wise into bytes, for state and saves: the greatest magnitude of each block in float32, and for each element the
 * index of the nearest level in a code book. And into packed codes of 2, 3, 4 or 8 bits, for weights: of a code book (NF4, "QLoRA", 2023) or of integers with scales and
 * zero points; {@link CodeBooks} makes the books.
 *
 * <p>Decoding kernels take scales as {@code [scales]} or, doubly quantised, {@code [codes, outer, mean, book8]}; zeros as {@code []} or {@code [zeros]}; and {@code units},
 * the levels of whole units of storage ({@link CodeBooks#units}). They begin at the beginning of a block.
 */
public final class QuantisationKernels {
    /** Scales of one block of the second quantisation. */
    public static final long OUTER_BLOCK = 256;
    /** Elements that are decoded at a time. */
    private static final long DECODED = 262_144;

    /** {@code (x, book, block)} → codes [n] U8, scales [⌈n/block⌉] F32. */
    public static final Kernel BLOCK_QUANTISE = new Kernel("block_quantise", a -> {
        long n = a.shape(0).elements();
        long block = a.integer(2);
        return Kernel.makes(List.of(Spec.of(DType.U8, n), Spec.of(DType.F32, blocks(n, block))), coding(n, block), 4 * n);
    });
    /** {@code (out, codes, scales, book, block)}: out, of any floating type, becomes level times scale. */
    public static final Kernel BLOCK_DEQUANTISE_INTO = new Kernel("block_dequantise_into", a -> {
        long n = a.shape(0).elements();
        Tiles.vector(a, 1, n);
        Tiles.vector(a, 2, blocks(n, a.integer(4)));
        return Kernel.inPlace(2L * Float.BYTES * tile(n, a.integer(4)), n);
    });
    /** {@code (scales, book8)} → codes U8, outer scales [⌈n/256⌉] F32, mean [1] F32. */
    public static final Kernel DOUBLE_QUANTISE = new Kernel("double_quantise", a -> {
        long n = a.shape(0).elements();
        Tiles.vector(a, 0, n);
        return Kernel.makes(List.of(Spec.of(DType.U8, n), Spec.of(DType.F32, blocks(n, OUTER_BLOCK)), Spec.of(DType.F32, 1)),
                n * Float.BYTES + coding(n, OUTER_BLOCK), 5 * n);
    });
    /** {@code (codes, outer, mean, book8)} → scales F32. */
    public static final Kernel DOUBLE_DEQUANTISE = new Kernel("double_dequantise", a -> {
        long n = a.dim(0, 0);
        Tiles.vector(a, 1, blocks(n, OUTER_BLOCK));
        return Kernel.makes(Spec.of(DType.F32, n), 2L * Float.BYTES * tile(n, OUTER_BLOCK), 2 * n);
    });
    /** {@code (w, book [2^bits], bits, block)} → codes [n·bits/8] U8, scales [⌈n/block⌉] F32. */
    public static final Kernel CODE_QUANTISE = new Kernel("code_quantise", a -> {
        long n = a.shape(0).elements();
        long block = a.integer(3);
        Tiles.vector(a, 1, 1L << a.integer(2));
        return Kernel.makes(List.of(Spec.of(DType.U8, packed(n, a.integer(2), block)), Spec.of(DType.F32, blocks(n, block))), coding(n, block), 4 * n);
    });
    /** {@code (w, bits, block, symmetric, dtype code of the scales)} → codes [n·bits/8] U8, scales [n/block] and, if not symmetric, zeros [n/block] U8. */
    public static final Kernel INTEGER_QUANTISE = new Kernel("integer_quantise", a -> integers(a, 3, 6));
    /**
     * {@code (w, bits, block, symmetric, dtype code of the scales, candidates, step, power)}: the same with each range shrunk by the factor of 1, 1 - step, … that leaves the least
     * Σ |w - v|^power; among equal ones the greatest, so that no group fares worse than with its whole range.
     */
    public static final Kernel INTEGER_FIT = new Kernel("integer_fit", a -> {
        long candidates = a.integer(5);
        Kernel.require(candidates >= 1 && 1 - (candidates - 1) * a.number(6) > 0, "%d factors in steps of %s", candidates, a.number(6));
        return integers(a, 8, 8 * candidates);
    });
    /** {@code (out, codes, scales, zeros, units, block, start)}: out, of any floating type, becomes the elements from start on. */
    public static final Kernel CODE_INTO = new Kernel("code_into", a -> {
        long n = a.shape(0).elements();
        within(a, 1, 4, 5, a.integer(6), n);
        return Kernel.inPlace(decoding(n, a.integer(6), a.integer(5), a.dim(4, 1), a.tensors(2)), 2 * n);
    });
    /** {@code (codes, scales, zeros, units, block, i, j, width, dtype code)} → rows i to j of a matrix kept so. */
    public static final Kernel CODE_ROWS = new Kernel("code_rows", a -> {
        long i = a.integer(5);
        long j = a.integer(6);
        long width = a.integer(7);
        Kernel.require(0 <= i && i <= j, "rows %d to %d", i, j);
        long n = (j - i) * width;
        within(a, 0, 3, 4, i * width, n);
        return Kernel.makes(Spec.of(Tiles.dtype(a.integer(8)), j - i, width), decoding(n, i * width, a.integer(4), a.dim(3, 1), a.tensors(1)), 2 * n);
    });
    /** {@code (ds [n/block] F32, dw, codes, zeros, units, block, start)}: ds becomes Σ over each block of dW · (level - zero). */
    public static final Kernel CODE_DS_INTO = new Kernel("code_ds_into", a -> {
        long n = a.shape(1).elements();
        long block = a.integer(5);
        within(a, 2, 4, 5, a.integer(6), n);
        Kernel.require(n % block == 0 && a.shape(0).elements() == n / block, "scales of shape %s for %d elements in groups of %d", a.shape(0), n, block);
        long tile = tile(n, block);
        return Kernel.inPlace(Float.BYTES * (tile + Math.max(tile / a.dim(4, 1), tile / block)), 3 * n);
    });
    /** {@code (w, v)} → Σ (w - v)², Σ w², max |w - v| in float32 [3]. */
    public static final Kernel STORE_ERROR = new Kernel("store_error", a -> {
        Tiles.sameShape(a, 0, 1);
        long n = a.shape(0).elements();
        DType wide = Tiles.wide(a.dtype(1));
        long tile = Tiles.elements(n);
        return Kernel.makes(Spec.of(DType.F32, 3), Tiles.converted(tile, a.dtype(0), DType.F32) + 2 * tile * wide.bytes(), 6 * n);
    });

    private QuantisationKernels() {}

    /** @param rows of one number a group beside what coding takes */
    private static Outcome integers(Args a, long rows, long flops) {
        long n = a.shape(0).elements();
        long block = a.integer(2);
        Kernel.require(n % block == 0, "%d elements are no whole number of groups of %d", n, block);
        List<Spec> out = new ArrayList<>(List.of(Spec.of(DType.U8, packed(n, a.integer(1), block)), Spec.of(Tiles.dtype(a.integer(4)), n / block)));
        if (!a.flag(3)) {
            out.add(Spec.of(DType.U8, n / block));
        }
        return Kernel.makes(out, coding(n, block) + rows * Float.BYTES * (tile(n, block) / block), flops * n);
    }

    /** Blocks of {@code n} elements; the last may be short. */
    public static long blocks(long n, long block) {
        return (n + block - 1) / block;
    }

    /** Elements that fill a whole number of bytes at so many bits: 8 for 3 bits, else those of one byte. */
    public static long unit(long bits) {
        return bits == 3 ? 8 : 8 / bits;
    }

    static long packed(long n, long bits, long block) {
        Kernel.require(bits == 2 || bits == 3 || bits == 4 || bits == 8, "codes of %d bits; expected 2, 3, 4 or 8", bits);
        Kernel.require(n % unit(bits) == 0, "%d elements at %d bits fill no whole number of bytes; expected a multiple of %d", n, bits, unit(bits));
        Kernel.require(block % unit(bits) == 0 || n <= block, "a block of %d codes of %d bits ends within a byte; expected a multiple of %d", block, bits, unit(bits));
        return n / unit(bits) * (unit(bits) * bits / 8);
    }

    private static long tile(long n, long block) {
        return Math.min(n, Math.max(1, Tiles.TILE / block) * block);
    }

    /** Two tensors of 32 bits an element at a time (widened input and magnitudes; scaled input and indices), and two a block. */
    private static long coding(long n, long block) {
        return 2L * Float.BYTES * (tile(n, block) + blocks(tile(n, block), block));
    }

    private static void within(Args a, int codes, int units, int block, long start, long n) {
        long bits = a.dim(units, 0) == 4096 ? 3 : 8 / a.dim(units, 1);
        long kept = a.dim(codes, 0) * 8 / bits;
        Kernel.require(start % a.integer(block) == 0, "element %d does not begin a block of %d", start, a.integer(block));
        Kernel.require(start % unit(bits) == 0 && n % unit(bits) == 0, "elements %d to %d do not fill whole bytes at %d bits", start, start + n, bits);
        Kernel.require(start >= 0 && start + n <= kept, "elements %d to %d of %d", start, start + n, kept);
    }

    /** Levels of a tile, beside them either the indices of their units or the scales of its blocks while those are made. */
    private static long decoding(long n, long start, long block, long perUnit, Tensor[] scales) {
        long most = Math.max(1, DECODED / block) * block;
        long tile = Math.min(n, most);
        long blocks = blocks(tile, block);
        // every tile begins an outer block, or the places of outer scales are counted out
        boolean even = start / block % OUTER_BLOCK == 0 && (n <= most || most / block % OUTER_BLOCK == 0);
        // doubly quantised: scales in float32 beside their indices or, for a moment, two rows of 64-bit places; half precision: scales widened
        long made = scales.length > 1 ? blocks * (Float.BYTES + (even ? Integer.BYTES : 2L * Long.BYTES)) : Tiles.converted(blocks, scales[0].dtype(), DType.F32);
        return Float.BYTES * tile + Math.max(Float.BYTES * tile / perUnit, made);
    }
}
