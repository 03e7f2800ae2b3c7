package headroom.engine.data;

import java.nio.file.Path;

/**
 * A row that cannot be used; it is left out and named before training starts.
 *
 * @param row 1-based line of the file where the row begins
 * @param field the column concerned, or {@code row} where it is the row itself
 * @param reason what was found and what was expected
 * @param fix what to do about it
 */
public record BadRow(Path file, long row, String field, String reason, String fix) {
    @Override
    public String toString() {
        return file + ", row " + row + ", " + field + ": " + reason + ". " + fix;
    }
}
