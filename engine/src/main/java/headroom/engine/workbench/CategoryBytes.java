package headroom.engine.workbench;

import headroom.engine.memory.Category;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Bytes held in each of the seven categories of the ledger at one instant, on the device. */
public record CategoryBytes(
        long weights, long adapter, long gradients, long optimizer, long activations, long workspace, long data) {

    public static final CategoryBytes ZERO = new CategoryBytes(0, 0, 0, 0, 0, 0, 0);

    /** Asks {@code bytes} for each category. */
    public static CategoryBytes of(ToLongFunction<Category> bytes) {
        return new CategoryBytes(
                bytes.applyAsLong(Category.WEIGHTS), bytes.applyAsLong(Category.ADAPTER), bytes.applyAsLong(Category.GRADIENTS),
                bytes.applyAsLong(Category.OPTIMIZER), bytes.applyAsLong(Category.ACTIVATIONS),
                bytes.applyAsLong(Category.WORKSPACE), bytes.applyAsLong(Category.DATA));
    }

    /** Absent categories hold nothing. */
    public static CategoryBytes of(Map<Category, Long> bytes) {
        return of(category -> bytes.getOrDefault(category, 0L));
    }

    public long get(Category category) {
        return switch (category) {
            case WEIGHTS -> weights;
            case ADAPTER -> adapter;
            case GRADIENTS -> gradients;
            case OPTIMIZER -> optimizer;
            case ACTIVATIONS -> activations;
            case WORKSPACE -> workspace;
            case DATA -> data;
        };
    }

    public long totalBytes() {
        return weights + adapter + gradients + optimizer + activations + workspace + data;
    }

    /** This less the other, category by category: the residual of a plan, or what one method saves against another. */
    public CategoryBytes minus(CategoryBytes other) {
        return of(category -> get(category) - other.get(category));
    }
}
