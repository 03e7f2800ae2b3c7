package headroom.engine.tape;

import headroom.engine.compute.Tensor;

/** The activations slot as the tape sees it: decides what really stays in memory when an operation saves a tensor. */
@FunctionalInterface
public interface Keeper {
    /** What a saved tensor is to its operation. */
    enum Role {
        /** Input of a linear site: needed for the weight gradient only. */
        LINEAR_INPUT,
        /** Input or output of a nonlinearity or norm. */
        NONLINEAR,
        /** Queries, keys, values, attention output. */
        ATTENTION,
        /** Log-sum-exp, means, reciprocal deviations. */
        STATISTICS,
        /** Input of a checkpointed segment, or the streams after a reversible one. */
        BLOCK_INPUT,
        /** Logits or probabilities of the objective. */
        LOSS
    }

    /**
     * Where a save comes from.
     *
     * @param key of the random numbers of this save, the same in every repetition of the step
     */
    record Context(String op, String owner, Role role, long key) {}

    /** True if what is kept in one role is good enough for a reader in another, so that a tensor that both save is kept once. */
    default boolean serves(Role kept, Role asked) {
        return true;
    }

    /**
     * True if a tensor that is asked for in one role need not be kept where the operation that made it can make it again from what it saved in another: the same bits, for the
     * time of one more forward kernel.
     */
    default boolean rebuilds(Role source, Role asked) {
        return true;
    }

    /**
     * @param tensor live until the call returns; retain it to keep it
     */
    Saved keep(Context context, Tensor tensor);

    /** Keeps the tensor itself, booked as ACTIVATIONS. */
    Keeper WHOLE = (context, tensor) -> {
        if (tensor.account().category() == headroom.engine.memory.Category.WORKSPACE) {
            tensor.book(headroom.engine.memory.Category.ACTIVATIONS, context.owner());
        }
        Tensor kept = tensor.retain();
        return new Saved() {
            @Override
            public Tensor get() {
                return kept.retain();
            }

            @Override
            public void close() {
                kept.close();
            }
        };
    };
}
