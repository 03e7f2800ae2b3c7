package headroom.engine.recipe.activations;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Saved;

/** Keeps large tensors as copies in the host's memory. A copy is booked on both sides while it is made, and again while a reader in the backward pass has it back. */
record HostKeeper(Compute compute, long from) implements Keeper {
    @Override
    public Saved keep(Context context, Tensor tensor) {
        if (tensor.elements() < from) {
            return WHOLE.keep(context, tensor);
        }
        Tensor kept = compute.copyTo(Tier.HOST, tensor).book(Category.ACTIVATIONS, context.owner());
        return new Saved() {
            @Override
            public Tensor get() {
                return compute.copyTo(Tier.DEVICE, kept);
            }

            @Override
            public void close() {
                kept.close();
            }
        };
    }
}
