package headroom.engine.workbench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What reading a file showed, before anything is trained on it.
 *
 * @param format {@code CSV}, {@code TSV}, {@code JSON Lines} or {@code text}
 * @param header the first line names the columns
 * @param columns names in file order; {@code column 1}, {@code column 2} … without a header
 * @param preview the first rows, cell by cell in the order of {@code columns}
 * @param used the columns chosen by the person or, where nothing was said, by the guess
 * @param why one sentence on why these columns were taken
 * @param labels rows per label, most frequent first
 * @param badRows every row that cannot be used, in file order
 */
public record DatasetReport(
        Path file, String format, boolean header, List<String> columns, List<List<String>> preview,
        ColumnChoice used, String why, TaskKind kind, long rows, long goodRows, Map<String, Long> labels,
        LengthHistogram lengths, List<BadRow> badRows) {

    public DatasetReport {
        columns = List.copyOf(columns);
        preview = preview.stream().map(List::copyOf).toList();
        labels = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(labels));
        badRows = List.copyOf(badRows);
    }

    /**
     * A row that cannot be used.
     *
     * @param row 1-based line of the file where the row begins
     * @param field the column concerned
     * @param reason what was found and what was expected
     * @param fix what to do about it
     */
    public record BadRow(Path file, long row, String field, String reason, String fix) {}
}
