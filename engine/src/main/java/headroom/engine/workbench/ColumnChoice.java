package headroom.engine.workbench;

import java.util.List;
import java.util.Optional;

/**
 * Which columns of a table hold what. A column is a header name or a 1-based number.
 *
 * @param text columns whose texts are joined, in this order; empty: guess
 * @param label the column of the label; empty: guess (none where the model learns the next token)
 */
public record ColumnChoice(List<String> text, Optional<String> label) {
    public static final ColumnChoice GUESS = new ColumnChoice(List.of(), Optional.empty());

    public ColumnChoice {
        text = List.copyOf(text);
    }
}
