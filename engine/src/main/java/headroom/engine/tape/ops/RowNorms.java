package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.FactorKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.memory.Category;

/**
 * Row norms of W + s·B·A without that sum: ‖W‖² + 2s·rowdot(W·Aᵀ, B) + s²·rowdot(B·(A·Aᵀ), B). W [out, in] is read a portion of rows at a time, so a quantised one is decoded
 * by portions; ‖W‖² is taken once, because W is frozen.
 */
public final class RowNorms implements AutoCloseable {
    private static final long PORTION = 1 << 20;
    /** Portions begin where the blocks of quantised weights begin. */
    private static final long BLOCK = 64;

    /** Sees rows {@code from} on of a weight. */
    @FunctionalInterface
    interface Visitor {
        void rows(long from, Tensor rows);
    }

    private final WeightSource weight;
    private final double scale;
    private final Tensor squares;

    /**
     * @param weight frozen
     * @param owner of ‖W‖² [out], booked as ADAPTER
     */
    public RowNorms(Compute c, WeightSource weight, double scale, String owner) {
        this.weight = weight;
        this.scale = scale;
        Tensor[] sums = new Tensor[1];
        visit(c, weight, (from, rows) -> {
            Tensor part = c.call(SupportKernels.ROW_SQUARES, rows);
            if (sums[0] == null) {
                sums[0] = c.zeros(Category.ADAPTER, owner, part.dtype(), Shape.of(weight.out()));
            }
            try (part; Tensor to = sums[0].rows(from, from + rows.dim(0))) {
                c.apply(CoreKernels.COPY_INTO, to, part);
            }
        });
        squares = sums[0];
    }

    private static void visit(Compute c, WeightSource weight, Visitor visitor) {
        long step = Math.max(BLOCK, PORTION / weight.in() / BLOCK * BLOCK);
        for (long from = 0; from < weight.out(); from += step) {
            try (Tensor rows = weight.rows(c, from, Math.min(weight.out(), from + step))) {
                visitor.rows(from, rows);
            }
        }
    }

    void visit(Compute c, Visitor visitor) {
        visit(c, weight, visitor);
    }

    double scale() {
        return scale;
    }

    /** ‖W‖² row by row [out], float32 (float64 for float64); borrowed. */
    public Tensor squares() {
        return squares;
    }

    /** W·Aᵀ [out, r]. */
    Tensor product(Compute c, Tensor a) {
        Tensor u = c.zeros(Category.WORKSPACE, c.owner(), a.dtype(), Shape.of(weight.out(), a.dim(0)));
        visit(c, (from, rows) -> {
            try (Tensor part = u.rows(from, from + rows.dim(0))) {
                c.apply(LinearKernels.LINEAR_INTO, part, rows, a);
            }
        });
        return u;
    }

    /** ‖W + s·B·A‖ row by row [out], owned by the caller. */
    public Tensor of(Compute c, Tensor a, Tensor b) {
        try (Tensor u = product(c, a); Tensor gram = c.call(LinearKernels.LINEAR, a, a)) {
            return c.call(FactorKernels.LORA_ROW_NORMS, squares, u, b, gram, scale);
        }
    }

    @Override
    public void close() {
        squares.close();
    }
}
