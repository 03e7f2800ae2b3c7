package headroom.engine.tape;

import headroom.engine.compute.Tensor;

/**
 * Something kept from the forward pass. How it is kept (whole, coded, rebuilt, elsewhere) is the choice of the recipe's activations slot.
 */
public interface Saved extends AutoCloseable {
    /** The tensor as it was, to within the codec's error. Owned by the caller, who closes it. */
    Tensor get();

    @Override
    void close();
}
