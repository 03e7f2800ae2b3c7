package headroom.engine.store;

import headroom.engine.memory.Category;
import java.util.EnumMap;
import java.util.Map;

/** Bytes of the seven categories, as one row holds them. */
public record CategoryColumns(
        long weights, long adapter, long gradients, long optimizer, long activations, long workspace, long data) {

    /** Absent categories hold nothing. */
    public static CategoryColumns of(Map<Category, Long> bytes) {
        return new CategoryColumns(
                bytes.getOrDefault(Category.WEIGHTS, 0L), bytes.getOrDefault(Category.ADAPTER, 0L),
                bytes.getOrDefault(Category.GRADIENTS, 0L), bytes.getOrDefault(Category.OPTIMIZER, 0L),
                bytes.getOrDefault(Category.ACTIVATIONS, 0L), bytes.getOrDefault(Category.WORKSPACE, 0L),
                bytes.getOrDefault(Category.DATA, 0L));
    }

    public Map<Category, Long> asMap() {
        final Map<Category, Long> bytes = new EnumMap<>(Category.class);
        bytes.put(Category.WEIGHTS, weights);
        bytes.put(Category.ADAPTER, adapter);
        bytes.put(Category.GRADIENTS, gradients);
        bytes.put(Category.OPTIMIZER, optimizer);
        bytes.put(Category.ACTIVATIONS, activations);
        bytes.put(Category.WORKSPACE, workspace);
        bytes.put(Category.DATA, data);
        return bytes;
    }
}
