package headroom.engine.data;

import java.util.List;

/**
 * Columns of a table that are used.
 *
 * @param text 0-based, in the order in which they are read
 * @param label 0-based, or {@link #NONE}
 * @param why one sentence
 */
public record ChosenColumns(List<Integer> text, int label, String why) {
    public static final int NONE = -1;

    public ChosenColumns {
        text = List.copyOf(text);
    }
}
