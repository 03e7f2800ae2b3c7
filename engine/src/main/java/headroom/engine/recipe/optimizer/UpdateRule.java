package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Tensor;
import headroom.engine.recipe.State;
import headroom.engine.tape.Parameter;

/** What is done with the gradient of one parameter, and the state that this takes. */
interface UpdateRule extends State.Holder, AutoCloseable {
    /** A step of the run begins, counted from 0. */
    default void begin(long step) {}

    /** @param g gradient of the parameter's shape, borrowed; may be overwritten */
    void step(Parameter p, Tensor g, double rate);

    /** Steps along a keyed direction. */
    void move(Parameter p, Direction direction, double scalar, double rate);

    /** True if it holds state of the parameter. */
    boolean holds(Parameter p);

    /** Frees the state of a parameter; its clock starts again when it comes back. */
    void drop(Parameter p);

    @Override
    void close();
}
