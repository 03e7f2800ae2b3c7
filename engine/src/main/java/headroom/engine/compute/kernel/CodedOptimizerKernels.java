package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Outcome;
import headroom.engine.compute.Tensor;
import java.util.Map;

/**
 * The updates of {@link OptimizerKernels} on state in 8-bit codes ("8-bit Optimizers via Block-wise Quantization", 2022): where those take a moment, these take its codes [n] and
 * the scales [⌈n/block⌉] of its blocks, and after all moments the tables of both books ({@link DynamicTables}) and the block. A tile is decoded, stepped in float32 and coded
 * again; the whole moment never exists in float32.
 */
public final class CodedOptimizerKernels {
    /** {@code (w, g, m codes, m scales, v codes, v scales, tables, block, rate, beta1, beta2, eps, decay, correction1, correction2)}; m is signed, v is not. */
    public static final Kernel ADAMW8 = new Kernel("adamw8", a -> coded(a, 2, OptimizerKernels.adamScratch(a, DType.F32, DType.F32), 40));
    /** {@code (w, g, b codes, b scales, tables, block, rate, momentum, decay, nesterov)}. */
    public static final Kernel SGD_MOMENTUM8 = new Kernel("sgd_momentum8", a -> coded(a, 1, both(a), 20));
    /** {@code (w, g, m codes, m scales, tables, block, rate, beta1, beta2, decay)}. */
    public static final Kernel LION8 = new Kernel("lion8", a -> coded(a, 1, OptimizerKernels.lionScratch(a, DType.F32), 24));

    private static final Map<Kernel, Kernel> CODED = Map.of(OptimizerKernels.ADAMW, ADAMW8, OptimizerKernels.SGD_MOMENTUM, SGD_MOMENTUM8, OptimizerKernels.LION, LION8);

    private CodedOptimizerKernels() {}

    /**
     * The form of an update that works on coded state.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Kernel of(Kernel update) {
        Kernel coded = CODED.get(update);
        if (coded == null) {
            throw new IllegalArgumentException(update.name() + " has no form for state in 8-bit codes");
        }
        return coded;
    }

    private static long both(Args a) {
        long tile = Tiles.elements(a.shape(0).elements());
        return Tiles.converted(tile, a.dtype(0), DType.F32) + Tiles.converted(tile, a.dtype(1), DType.F32);
    }

    /** Decoded moments, and beside them the larger of what the step takes and what coding takes: cells, middles and a flag, or the spread scales. */
    private static Outcome coded(Args a, int moments, long step, long flops) {
        Tiles.sameShape(a, 0, 1);
        Kernel.require(a.dtype(0) != DType.F64, "state in 8-bit codes steps weights of at most 32 bits, not %s", a.dtype(0));
        long n = a.shape(0).elements();
        int at = 2 + 2 * moments;
        long block = a.integer(at + 1);
        Kernel.require(block >= 1, "a block of %d elements", block);
        for (int i = 2; i < at; i += 2) {
            Tiles.vector(a, i, n);
            Tiles.vector(a, i + 1, QuantisationKernels.blocks(n, block));
        }
        Tensor[] tables = a.tensors(at);
        Kernel.require(tables.length == DynamicTables.COUNT, "%d tables, expected %d", tables.length, DynamicTables.COUNT);
        long tile = Math.min(n, Math.max(1, Tiles.TILE / block) * block);
        long coding = 9 * tile + 2L * Float.BYTES * QuantisationKernels.blocks(tile, block);
        return Kernel.inPlace(moments * Float.BYTES * tile + Math.max(step, coding), flops * n);
    }
}
