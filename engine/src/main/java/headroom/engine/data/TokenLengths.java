package headroom.engine.data;

import java.util.Arrays;

/**
 * How long the rows of a dataset are in tokens.
 *
 * @param rows number of rows
 * @param median middle length, before cutting
 * @param longest longest length, before cutting
 * @param longestRow its source row; 0 where there is none
 * @param cutRows rows longer than the limit of the run, of which only the beginning is used
 * @param binWidth tokens per bin
 * @param bins rows per bin; bin i holds lengths from {@code i * binWidth} to {@code (i + 1) * binWidth}, exclusive
 */
public record TokenLengths(int rows, int median, int longest, long longestRow, int cutRows, int binWidth, int[] bins) {
    private static final int MOST_BINS = 24;
    private static final int[] WIDTHS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};

    /** @param limit most tokens per row in this run */
    public static TokenLengths of(int[] lengths, long[] rows, int limit) {
        if (lengths.length == 0) {
            return new TokenLengths(0, 0, 0, 0, 0, 1, new int[0]);
        }
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        int longest = sorted[sorted.length - 1];
        int width = Arrays.stream(WIDTHS).filter(w -> longest / w < MOST_BINS).findFirst().orElse(longest / MOST_BINS + 1);
        int[] bins = new int[longest / width + 1];
        int at = -1;
        int cut = 0;
        for (int i = 0; i < lengths.length; i++) {
            bins[lengths[i] / width]++;
            cut += lengths[i] > limit ? 1 : 0;
            at = at < 0 && lengths[i] == longest ? i : at;
        }
        return new TokenLengths(lengths.length, sorted[sorted.length / 2], longest, rows[at], cut, width, bins);
    }
}
