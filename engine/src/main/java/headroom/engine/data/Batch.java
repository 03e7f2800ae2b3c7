package headroom.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows for one step, on the host, row-major.
 *
 * @param rows B
 * @param length T
 * @param ids [B, T] token numbers, padded at the end of each row
 * @param lengths [B] tokens of each row that are not padding
 * @param segments [B, T] 0 or 1
 * @param labels [B] class numbers, or [B, T] the next token of each position
 * @param lossMask [B, T] for next-token labels: 1 where the loss counts; [B] ones for classes
 * @param examples [B] source rows (classes) or block numbers (next tokens); [B, S] source rows, 0 for an empty slot, where rows hold several texts
 * @param packing which token belongs to which text, or null if a row is one text; then labels and loss mask of classes are [B, S]
 */
public record Batch(int rows, int length, int[] ids, int[] lengths, int[] segments, int[] labels, int[] lossMask, long[] examples, Packing packing) {

    public Batch {
        int cells = rows * length;
        int units = packing == null ? rows : rows * packing.slots();
        if (ids.length != cells || segments.length != cells || lengths.length != rows || examples.length != units
                || labels.length != lossMask.length || labels.length != units && labels.length != cells) {
            throw new IllegalArgumentException("a batch of " + rows + " x " + length + " with ids " + ids.length + ", segments " + segments.length + ", lengths "
                    + lengths.length + ", labels " + labels.length + ", loss mask " + lossMask.length + ", examples " + examples.length);
        }
    }

    /** A batch whose rows are one text each. */
    public Batch(int rows, int length, int[] ids, int[] lengths, int[] segments, int[] labels, int[] lossMask, long[] examples) {
        this(rows, length, ids, lengths, segments, labels, lossMask, examples, null);
    }

    /**
     * The shape alone: what memory depends on.
     *
     * @param slots texts that a row can hold, 0 where a row is one text
     */
    public record Shape(int rows, int length, int slots) {
        public Shape(int rows, int length) {
            this(rows, length, 0);
        }
    }

    public Shape shape() {
        return new Shape(rows, length, packing == null ? 0 : packing.slots());
    }

    /** Tokens that are not padding: what throughput counts. */
    public long tokens() {
        return Arrays.stream(lengths).asLongStream().sum();
    }

    /** Positions whose loss counts: the weight of this batch in a mean over micro-batches. */
    public long targets() {
        return Arrays.stream(lossMask).asLongStream().sum();
    }

    /** Micro-batches of at most {@code ceil(rows / parts)} rows in order, of the same length; weigh their losses by {@link #targets()}. */
    public List<Batch> split(int parts) {
        if (parts < 1) {
            throw new IllegalArgumentException("a batch cannot be split into " + parts + " parts");
        }
        int size = Math.ceilDiv(rows, parts);
        List<Batch> pieces = new ArrayList<>();
        for (int from = 0; from < rows; from += size) {
            pieces.add(slice(from, Math.min(rows, from + size)));
        }
        return pieces;
    }

    private Batch slice(int from, int to) {
        int wide = labels.length / rows;
        int each = examples.length / rows;
        return new Batch(to - from, length, Arrays.copyOfRange(ids, from * length, to * length), Arrays.copyOfRange(lengths, from, to),
                Arrays.copyOfRange(segments, from * length, to * length), Arrays.copyOfRange(labels, from * wide, to * wide),
                Arrays.copyOfRange(lossMask, from * wide, to * wide), Arrays.copyOfRange(examples, from * each, to * each), packing == null ? null : packing.rows(from, to, length));
    }
}
