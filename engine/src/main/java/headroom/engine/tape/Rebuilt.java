package headroom.engine.tape;

import headroom.engine.compute.Tensor;
import java.util.function.Supplier;

/**
 * A save that keeps nothing: the operation that made the tensor makes it again from what it saved itself. That is still there when a reader asks, since readers of an output come
 * after its operation on the tape and go backward before it. Made once for all readers, and gone with the last.
 */
final class Rebuilt implements Saved {
    /**
     * How a tensor is made again.
     *
     * @param source role of what it is made from
     */
    record Recipe(Keeper.Role source, Supplier<Tensor> made) {}

    private final Recipe recipe;
    private Tensor tensor;

    Rebuilt(Recipe recipe) {
        this.recipe = recipe;
    }

    @Override
    public Tensor get() {
        if (tensor == null) {
            tensor = recipe.made.get();
        }
        return tensor.retain();
    }

    @Override
    public void close() {
        if (tensor != null) {
            tensor.close();
            tensor = null;
        }
    }
}
