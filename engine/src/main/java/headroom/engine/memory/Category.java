package headroom.engine.memory;

/** What a byte of training memory is for. The order is the order in which every chart stacks them. */
public enum Category {
    /** The base model's own tensors, trained or frozen, in whatever code they are stored. */
    WEIGHTS,
    /** Everything an adapter adds, trained or frozen, and task heads. */
    ADAPTER,
    /** Gradients of parameters. Gradients of activations are {@link #WORKSPACE}. */
    GRADIENTS,
    /** Moments, master copies, projections and selector state: what lives from step to step only to train. */
    OPTIMIZER,
    /** Tensors kept from the forward pass for the backward pass. */
    ACTIVATIONS,
    /** Intermediate results and scratch inside kernels. */
    WORKSPACE,
    /** Batches and cached values of examples. */
    DATA
}
