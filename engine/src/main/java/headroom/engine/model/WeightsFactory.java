package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.WeightSource;

/**
 * Where a model's tensors come from and how they are stored: the weights slot meets the checkpoint here. A model asks for each tensor once, by its own path; the factory
 * reads it from a file, draws it from a key, or on a dry machine only books it, one site at a time so that a quantised model never exists in full precision.
 */
public interface WeightsFactory {
    /** How a tensor starts when it is not read from a file. */
    enum Start {
        ZERO, ONE, NORMAL
    }

    Compute compute();

    /** A plain tensor: embeddings, norms, biases. Booked as WEIGHTS in the compute dtype. */
    Parameter parameter(String path, Parameter.Role role, Shape shape, Start start);

    /** The matrix [out, in] of a linear site, in the form that the weights slot chose. */
    WeightSource matrix(String path, long out, long in);
}
