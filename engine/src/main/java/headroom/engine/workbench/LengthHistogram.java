package headroom.engine.workbench;

import java.util.List;

/**
 * How long the rows of a dataset are, in {@code unit} (tokens where a tokenizer was given, words otherwise).
 *
 * @param counts rows per bin; bin i holds the lengths from {@code i * binWidth} (inclusive) to {@code (i + 1) * binWidth} (exclusive)
 * @param longestRow 1-based number of the row that has {@code longest}, the one that sets the worst batch; 0 where there is no row
 */
public record LengthHistogram(String unit, int binWidth, List<Long> counts, int median, int longest, long longestRow) {
    public static final LengthHistogram EMPTY = new LengthHistogram("tokens", 1, List.of(), 0, 0, 0);

    public LengthHistogram {
        counts = List.copyOf(counts);
    }
}
