package headroom.engine.data;

import headroom.engine.compute.Keys;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** In which order an epoch goes through the training rows. The order of an epoch depends on seed and epoch alone. */
public enum BatchOrder {
    /** Drawn anew each epoch. */
    SHUFFLED,
    /** Drawn anew, and then rows of about one length together, so that little is padded; the batches come in drawn order. */
    LENGTH,
    /** As the file has them. */
    FILE;

    /** Batches that are sorted together: enough that neighbours are alike, few enough that a batch differs from epoch to epoch. */
    private static final int WINDOW = 50;

    /**
     * Rows in the order in which batches take them.
     *
     * @param lengths tokens of each row
     * @param batch rows per batch
     */
    int[] of(int[] lengths, int batch, long key) {
        return switch (this) {
            case FILE -> IntStream.range(0, lengths.length).toArray();
            case SHUFFLED -> Keys.permutation(key, lengths.length);
            case LENGTH -> buckets(lengths, batch, key);
        };
    }

    private static int[] buckets(int[] lengths, int batch, long key) {
        int[] drawn = Keys.permutation(key, lengths.length);
        for (int from = 0; from < drawn.length; from += WINDOW * batch) {
            int to = Math.min(drawn.length, from + WINDOW * batch);
            int[] sorted = Arrays.stream(drawn, from, to).boxed().sorted(Comparator.comparingInt(row -> lengths[row])).mapToInt(i -> i).toArray();
            System.arraycopy(sorted, 0, drawn, from, sorted.length);
        }
        // a last batch that is not full stays the last one
        int full = drawn.length / batch;
        int[] places = Keys.permutation(Keys.key(key, "buckets", "", 0), full);
        int[] out = drawn.clone();
        for (int i = 0; i < full; i++) {
            System.arraycopy(drawn, places[i] * batch, out, i * batch, batch);
        }
        return out;
    }
}
