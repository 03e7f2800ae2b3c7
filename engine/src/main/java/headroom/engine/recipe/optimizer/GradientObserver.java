package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Tensor;
import headroom.engine.tape.Parameter;

/** Sees the gradients of a step as they reach the optimizer: how selectors and budgets keep scores. It steps nothing, and what it keeps it books itself. */
public interface GradientObserver {
    /**
     * The gradient is complete. Called for what trains before clipping and before the step, and for what is only observed.
     *
     * @param gradient borrowed, read only
     */
    default void beforeStep(Parameter p, Tensor gradient) {}

    /**
     * The parameter has been stepped.
     *
     * @param gradient borrowed, read only; clipped, and a rule may have used its memory
     */
    default void afterStep(Parameter p, Tensor gradient) {}

    /** The step of the run, counted from 0, is over: every parameter has been stepped. */
    default void boundary(long step) {}
}
