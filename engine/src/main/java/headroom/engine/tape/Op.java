package headroom.engine.tape;

import headroom.engine.compute.Tensor;
import java.util.List;

/**
 * One operation with its two directions side by side. An object is made for one application: the forward direction keeps what the backward one will need in fields of
 * type {@link Saved}, and keeps nothing that no gradient asks for.
 */
public interface Op {
    /** Name for the ledger and for people, e.g. {@code attention}. */
    String name();

    /** Parameters it reads. If one of them is wanted, the operation takes part in the backward pass even when no input needs a gradient. */
    default List<Parameter> parameters() {
        return List.of();
    }

    /**
     * Computes the output from the inputs, which are borrowed.
     *
     * @return a new tensor (or a retained input), owned by the caller
     */
    Tensor forward(Forward f, Tensor... in);

    /**
     * Gives the gradient of each input that needs one, and of each wanted parameter.
     *
     * @param dy gradient of the output; borrowed
     */
    void backward(Backward b, Tensor dy);
}
