package headroom.engine.workbench;

import java.nio.file.Path;
import java.util.List;

/**
 * A dataset that is known: bundled or imported.
 *
 * @param rows good rows
 * @param labels in the order of their class numbers; empty for language modelling
 * @param lengths histogram of tokens per row
 * @param badRows rows that will be left out; {@link Workbench#inspect} names them
 * @param sample it comes with the program
 * @param card as Markdown: where it comes from, licence, how it was made
 */
public record DatasetEntry(
        String id, String name, TaskKind kind, long rows, List<String> labels, LengthHistogram lengths, long badRows,
        Path path, ColumnChoice columns, boolean sample, String card) {

    public DatasetEntry {
        labels = List.copyOf(labels);
    }
}
