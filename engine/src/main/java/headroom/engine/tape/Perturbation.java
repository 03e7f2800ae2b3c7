package headroom.engine.tape;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;

/** How a pass sees parameters: as they are, or moved along a keyed direction without touching them. */
public interface Perturbation {
    /** The effective value; owned by the caller. */
    Tensor of(Compute c, Parameter p);

    /** The effective rows {@code ids} of a table [V, d]; ids is an int64 vector [N]. Null means: gather from {@link #of}. */
    default boolean moves(Parameter p) {
        return false;
    }

    /** Adds the direction's part to gathered rows of a table, in place. Only called when {@link #moves} holds. */
    default void addToRows(Compute c, Parameter p, Tensor ids, Tensor rows) {
        throw new IllegalStateException("nothing moves " + p);
    }

    Perturbation NONE = (c, p) -> p.data().retain();
}
