package headroom.engine.tape;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;

/**
 * A gradient of a parameter that has not been computed yet. The sink asks for the form it needs: the whole, rows of it, the whole added to what is there. Alive only
 * while the sink is being called; a sink that wants to keep something asks for it then.
 *
 * <p>Forms that methods of later families need (at a support, projected, squared, per example) are further methods of this interface with a default over rows.
 */
public interface WeightGradient {
    /** Shape-giving parameter. */
    Parameter parameter();

    /** The whole gradient in a new tensor of the parameter's shape, owned by the caller. */
    Tensor dense(Compute c);

    /** Adds the whole gradient to a tensor of the parameter's shape. */
    void addTo(Compute c, Tensor sum);

    /** Rows {@code from} to {@code to} (exclusive) in a new tensor, owned by the caller. */
    Tensor rows(Compute c, long from, long to);
}
