package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Outcome;
import headroom.engine.compute.Kernel.Spec;
import java.util.List;

/**
 * Block-wise quantisation of a tensor read as one flat row: the greatest magnitude of each block in float32, and for each element the index of the nearest level in a
 * code book; {@link CodeBooks} makes the books. NF4 ("QLoRA", 2023) packs two indices a byte, the even element in the high half.
 */
public final class QuantisationKernels {
    /** Weights of one NF4 block. */
    public static final long NF4_BLOCK = 64;
    /** Scales of one block of the second quantisation. */
    public static final long OUTER_BLOCK = 256;

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
    /** {@code (w, book [16])} → codes [n/2] U8, scales [⌈n/64⌉] F32. n must be even. */
    public static final Kernel NF4_QUANTISE = new Kernel("nf4_quantise", a -> {
        long n = a.shape(0).elements();
        Kernel.require(n % 2 == 0, "%s has an odd number of elements", a.shape(0));
        return Kernel.makes(List.of(Spec.of(DType.U8, n / 2), Spec.of(DType.F32, blocks(n, NF4_BLOCK))), coding(n, NF4_BLOCK), 4 * n);
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
    /** {@code (out, codes, scales, pairs [256, 2], start)}: out becomes the elements from start on, a multiple of 64. */
    public static final Kernel NF4_INTO = new Kernel("nf4_into", a -> filled(a, a.integer(4)));
    /** {@code (out, codes, scaleCodes, outer, mean, pairs, book8, start)}: the same with doubly quantised scales. */
    public static final Kernel NF4_DOUBLE_INTO = new Kernel("nf4_double_into", a -> filled(a, a.integer(7)));
    /** {@code (codes, scales, pairs, i, j, width, dtype code)} → rows i to j of a matrix kept so. */
    public static final Kernel NF4_ROWS = new Kernel("nf4_rows", a -> rows(a, 3));
    /** {@code (codes, scaleCodes, outer, mean, pairs, book8, i, j, width, dtype code)} → rows i to j. */
    public static final Kernel NF4_DOUBLE_ROWS = new Kernel("nf4_double_rows", a -> rows(a, 6));

    private QuantisationKernels() {}

    /** Blocks of {@code n} elements; the last may be short. */
    public static long blocks(long n, long block) {
        return (n + block - 1) / block;
    }

    private static long tile(long n, long block) {
        return Math.min(n, Math.max(1, Tiles.TILE / block) * block);
    }

    /** Two tensors of 32 bits an element at a time (widened input and magnitudes; scaled input and indices), and two a block. */
    private static long coding(long n, long block) {
        return 2L * Float.BYTES * (tile(n, block) + blocks(tile(n, block), block));
    }

    private static Outcome filled(Args a, long start) {
        long n = a.shape(0).elements();
        aligned(start);
        Kernel.require(start + n <= 2 * a.dim(1, 0) && n % 2 == 0, "elements %d to %d of %d", start, start + n, 2 * a.dim(1, 0));
        return Kernel.inPlace(filling(n), n);
    }

    private static Outcome rows(Args a, int from) {
        long i = a.integer(from);
        long j = a.integer(from + 1);
        long width = a.integer(from + 2);
        aligned(i * width);
        Kernel.require(i <= j && j * width <= 2 * a.dim(0, 0), "rows %d to %d of width %d in %d elements", i, j, width, 2 * a.dim(0, 0));
        long n = (j - i) * width;
        Kernel.require(n % 2 == 0, "%d elements are an odd number", n);
        return Kernel.makes(Spec.of(Tiles.dtype(a.integer(from + 3)), j - i, width), filling(n), n);
    }

    /** Levels and spread scales of a tile, and the scales themselves. */
    private static long filling(long n) {
        return Float.BYTES * (2 * Tiles.elements(n) + blocks(Tiles.elements(n), NF4_BLOCK));
    }

    private static void aligned(long start) {
        Kernel.require(start % NF4_BLOCK == 0, "element %d does not begin a block of %d", start, NF4_BLOCK);
    }
}
