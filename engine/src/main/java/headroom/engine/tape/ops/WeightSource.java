package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Parameter;
import java.util.List;

/**
 * The effective weight [out, in] of a linear site, whatever it is made of: a plain tensor, 4-bit codes, factors, a weight with something laid over it. Operations see
 * two products and a lazy gradient going back; nobody else needs to know how the weight is stored.
 */
public interface WeightSource extends AutoCloseable {
    long out();

    long in();

    /** Element type of the products. */
    DType dtype();

    /** Its own tensors that could train. */
    List<Parameter> parameters();

    /** x [N, in] → x·Wᵀ (+ bias [out]) [N, out]. The bias may be null. */
    Tensor multiply(Forward f, Tensor x, Tensor bias);

    /** dy [N, out] → dy·W [N, in]. */
    Tensor multiplyTransposed(Backward b, Tensor dy);

    /** True if a weight gradient is wanted that reads the input, so that the input has to be saved. */
    boolean wantsInput(Forward f);

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

    /** Bytes it takes as stored. */
    long bytes();

    /** Frees what it owns. */
    @Override
    void close();
}
