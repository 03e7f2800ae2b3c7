package headroom.engine.recipe.gradient;

import headroom.engine.compute.Compute;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Trainables;

/**
 * A term beside the loss whose gradient is known in closed form. It needs no tape: once the backward passes of a step are done it adds its gradient at the sink, so it is
 * clipped and stepped with the rest. The loss that a run reports is the one of the data, without it.
 */
public interface Penalty {
    /** Adds the gradient of the term to that of each of its parameters that trains. */
    void give(Compute c, Trainables trainables, GradientSink sink);

    /** The term itself, for tests and reports; NaN on a dry machine. */
    double value(Compute c);
}
