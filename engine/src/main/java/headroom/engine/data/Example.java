package headroom.engine.data;

import java.util.List;

/**
 * One row of a dataset.
 *
 * @param row 1-based line of the source file where the row begins: the example's stable id within its split
 * @param texts the text columns in the order that was chosen; one, or two for a pair of sentences
 * @param label index into {@link Dataset#labels()}; {@link #NO_LABEL} for language modelling
 */
public record Example(long row, List<String> texts, int label) {
    public static final int NO_LABEL = -1;

    public Example {
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("an example has at least one text");
        }
        texts = List.copyOf(texts);
    }

    /** The whole text as a person reads it. */
    public String text() {
        return String.join("\n", texts);
    }
}
