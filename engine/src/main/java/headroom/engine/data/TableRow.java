package headroom.engine.data;

import java.util.Collections;
import java.util.List;

/**
 * A row as it stands in the file.
 *
 * @param line 1-based line where it begins
 * @param lastLine line where it ends: another one where a quoted field holds line breaks
 * @param cells fields in file order; null where a JSON object lacks the field
 */
public record TableRow(long line, long lastLine, List<String> cells) {
    public TableRow {
        cells = Collections.unmodifiableList(cells);
    }
}
