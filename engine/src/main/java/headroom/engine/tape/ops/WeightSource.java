package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.EmbeddingKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Parameter;
import java.util.List;

/**
 * The effective weight [out, in] of a linear site, whatever it is made of: a plain tensor, 4-bit codes, factors, a weight with something laid over it. Operations see
 * two products and a lazy gradient going back; nobody else needs to know how the weight is stored.
 *
 * <p>A source that says no more than its rows gets the products from them: the matrix is rebuilt for one product and dropped, whole or {@link #tile()} rows at a time.
 */
public interface WeightSource extends AutoCloseable {
    long out();

    long in();

    /** Element type of the products. */
    DType dtype();

    /** Its own tensors that could train. */
    List<Parameter> parameters();

    /** Rows that exist at a time while a product of this interface reads the weight; 0 for all. */
    default long tile() {
        return 0;
    }

    /** True if {@link #rows} makes the matrix anew each time it is asked. */
    default boolean isRebuilt() {
        return false;
    }

    /** x [N, in] → x·Wᵀ (+ bias [out]) [N, out]. The bias may be null. */
    default Tensor multiply(Forward f, Tensor x, Tensor bias) {
        Compute c = f.compute();
        long tile = tile();
        if (isWhole()) {
            try (Tensor w = rows(f, 0, out())) {
                return bias == null ? c.call(LinearKernels.LINEAR, x, w) : c.call(LinearKernels.LINEAR_BIAS, x, w, bias);
            }
        }
        Tensor y = c.zeros(Category.WORKSPACE, c.owner(), x.dtype(), Shape.of(x.dim(0), out()));
        if (bias != null) {
            try (Tensor row = bias.view(1, out())) {
                c.apply(EmbeddingKernels.ADD_ROWS_INTO, y, row);
            }
        }
        for (long i = 0; i < out(); i += tile) {
            try (Tensor w = rows(f, i, Math.min(out(), i + tile))) {
                c.apply(LinearKernels.LINEAR_COLUMNS_ACC, y, x, w, i);
            }
        }
        return y;
    }

    /** dy [N, out] → dy·W [N, in]. By tiles, bf16 sums are rounded between them. */
    default Tensor multiplyTransposed(Backward b, Tensor dy) {
        Compute c = b.compute();
        if (isWhole()) {
            try (Tensor w = rows(c, 0, out())) {
                return c.call(LinearKernels.LINEAR_DX, dy, w);
            }
        }
        Tensor dx = c.zeros(Category.WORKSPACE, c.owner(), dy.dtype(), Shape.of(dy.dim(0), in()));
        addTransposed(b, dy, dx);
        return dx;
    }

    /** sum [N, in] += dy·W: the same product added where other readers' gradients are, so that none of it exists beside them. */
    default void addTransposed(Backward b, Tensor dy, Tensor sum) {
        Compute c = b.compute();
        if (isWhole()) {
            try (Tensor w = rows(c, 0, out())) {
                c.apply(LinearKernels.LINEAR_DX_ACC, sum, dy, w, 1.0);
            }
            return;
        }
        for (long i = 0; i < out(); i += tile()) {
            try (Tensor w = rows(c, i, Math.min(out(), i + tile()))) {
                c.apply(LinearKernels.LINEAR_COLUMNS_DX_ACC, sum, dy, w, i);
            }
        }
    }

    private boolean isWhole() {
        return tile() <= 0 || tile() >= out();
    }

    /** True if a weight gradient is wanted that reads the input, so that the input has to be saved. */
    default boolean wantsInput(Forward f) {
        return parameters().stream().anyMatch(f::needs);
    }

    /** What of the input its gradients read: the whole [N, in], or the columns that train. In a new owner, which the caller closes. */
    default Tensor wantedInput(Forward f, Tensor x) {
        return x.retain();
    }

    /**
     * Gives the gradients of its parameters to the sink.
     *
     * @param x what {@link #wantedInput} chose, as it was kept
     */
    void giveGradient(Backward b, Tensor dy, Tensor x);

    /** Rows {@code from} to {@code to} (exclusive) of the weight in {@link #dtype()}, in a new tensor. */
    Tensor rows(Compute c, long from, long to);

    /** The same as a forward pass sees the weight, which may be perturbed. */
    default Tensor rows(Forward f, long from, long to) {
        return rows(f.compute(), from, to);
    }

    /** Bytes it takes as stored. */
    long bytes();

    /** Frees what it owns. */
    @Override
    void close();
}
