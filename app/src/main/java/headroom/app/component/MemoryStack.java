package headroom.app.component;

import headroom.engine.memory.Category;
import headroom.engine.workbench.CategoryBytes;

/**
 * What a stacked bar shows: the bytes outside the ledger first, then the seven categories in their fixed order.
 *
 * @param outsideBytes device context and libraries; 0 where they are not known
 * @param bytes held by category
 */
public record MemoryStack(long outsideBytes, CategoryBytes bytes) {
    public static final MemoryStack EMPTY = new MemoryStack(0, CategoryBytes.ZERO);

    public long totalBytes() {
        return outsideBytes + bytes.totalBytes();
    }

    /** {@code activations 3.96, weights 2.30 …}: the categories that hold most, largest first, for a screen reader. */
    public String inWords() {
        return java.util.Arrays.stream(Category.values()).filter(category -> bytes.get(category) > 0)
                .sorted(java.util.Comparator.comparingLong((Category category) -> -bytes.get(category))).limit(4)
                .map(category -> name(category).toLowerCase(java.util.Locale.ROOT) + " " + Units.memory(bytes.get(category)))
                .collect(java.util.stream.Collectors.joining(", "));
    }

    /** The category's name as a word: {@code Weights}. */
    public static String name(Category category) {
        final String name = category.name();
        return name.charAt(0) + name.substring(1).toLowerCase(java.util.Locale.ROOT);
    }
}
