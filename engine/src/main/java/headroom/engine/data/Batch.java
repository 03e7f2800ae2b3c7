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
 * @param jobs rows of each of several jobs, which follow each other in the batch; empty if all are one job's
 */
public record Batch(int rows, int length, int[] ids, int[] lengths, int[] segments, int[] labels, int[] lossMask, long[] examples, Packing packing,
        List<Integer> jobs) {

    public Batch {
        jobs = List.copyOf(jobs);
        int cells = rows * length;
        int units = packing == null ? rows : rows * packing.slots();
        if (ids.length != cells || segments.length != cells || lengths.length != rows || examples.length != units
                || labels.length != lossMask.length || labels.length != units && labels.length != cells
                || !jobs.isEmpty() && jobs.stream().mapToInt(i -> i).sum() != rows) {
            throw new IllegalArgumentException("a batch of " + rows + " x " + length + " with ids " + ids.length + ", segments " + segments.length + ", lengths "
                    + lengths.length + ", labels " + labels.length + ", loss mask " + lossMask.length + ", examples " + examples.length);
        }
    }

    /** A batch whose rows are one text each. */
    public Batch(int rows, int length, int[] ids, int[] lengths, int[] segments, int[] labels, int[] lossMask, long[] examples) {
        this(rows, length, ids, lengths, segments, labels, lossMask, examples, null);
    }

    /** A batch of one job. */
    public Batch(int rows, int length, int[] ids, int[] lengths, int[] segments, int[] labels, int[] lossMask, long[] examples, Packing packing) {
        this(rows, length, ids, lengths, segments, labels, lossMask, examples, packing, List.of());
    }

    /**
     * The shape alone: what memory depends on.
     *
     * @param slots texts that a row can hold, 0 where a row is one text
     * @param jobs rows of each of several jobs, empty if all are one job's
     */
    public record Shape(int rows, int length, int slots, List<Integer> jobs) {
        public Shape {
            jobs = List.copyOf(jobs);
        }

        public Shape(int rows, int length, int slots) {
            this(rows, length, slots, List.of());
        }

        public Shape(int rows, int length) {
            this(rows, length, 0);
        }
    }

    public Shape shape() {
        return new Shape(rows, length, packing == null ? 0 : packing.slots(), jobs);
    }

    /** Tokens that are not padding: what throughput counts. */
    public long tokens() {
        return Arrays.stream(lengths).asLongStream().sum();
    }

    /** Positions whose loss counts: the weight of this batch in a mean over micro-batches. */
    public long targets() {
        return Arrays.stream(lossMask).asLongStream().sum();
    }

    /** Targets of one job's rows. */
    public long targetsOf(int job) {
        int wide = lossMask.length / rows;
        int from = firstRow(job);
        return Arrays.stream(lossMask, from * wide, (from + jobs.get(job)) * wide).asLongStream().sum();
    }

    /** Where a job's rows begin. */
    public int firstRow(int job) {
        return jobs.subList(0, job).stream().mapToInt(i -> i).sum();
    }

    /**
     * Micro-batches of at most {@code ceil(rows / parts)} rows in order, of the same length; weigh their losses by {@link #targets()}. Of several jobs each is cut by itself, so
     * that a micro-batch holds of every job what it would hold alone.
     */
    public List<Batch> split(int parts) {
        if (parts < 1) {
            throw new IllegalArgumentException("a batch cannot be split into " + parts + " parts");
        }
        List<Batch> pieces = new ArrayList<>();
        if (jobs.isEmpty()) {
            int size = Math.ceilDiv(rows, parts);
            for (int from = 0; from < rows; from += size) {
                pieces.add(slice(List.of(new int[] {from, Math.min(rows, from + size)}), List.of()));
            }
            return pieces;
        }
        for (List<Integer> piece : split(jobs, parts)) {
            List<int[]> ranges = new ArrayList<>();
            for (int j = 0; j < piece.size(); j++) {
                if (piece.get(j) == 0) {
                    continue;
                }
                // every piece before took as many rows as one can
                int from = firstRow(j) + pieces.size() * Math.ceilDiv(jobs.get(j), Math.min(parts, Math.max(1, jobs.get(j))));
                ranges.add(new int[] {from, from + piece.get(j)});
            }
            pieces.add(slice(ranges, piece));
        }
        return pieces;
    }

    /** Rows of each job in each micro-batch; pieces without any are left out. */
    public static List<List<Integer>> split(List<Integer> jobs, int parts) {
        List<List<Integer>> pieces = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            List<Integer> piece = new ArrayList<>();
            for (int rows : jobs) {
                int size = Math.ceilDiv(rows, Math.min(parts, Math.max(1, rows)));
                piece.add(Math.max(0, Math.min(rows, (i + 1) * size) - i * size));
            }
            if (piece.stream().anyMatch(n -> n > 0)) {
                pieces.add(piece);
            }
        }
        return pieces;
    }

    private Batch slice(List<int[]> ranges, List<Integer> of) {
        int wide = labels.length / rows;
        int each = examples.length / rows;
        int n = ranges.stream().mapToInt(r -> r[1] - r[0]).sum();
        return new Batch(n, length, rows(ids, length, ranges), rows(lengths, 1, ranges), rows(segments, length, ranges), rows(labels, wide, ranges), rows(lossMask, wide, ranges),
                ranges.stream().flatMapToLong(r -> Arrays.stream(examples, r[0] * each, r[1] * each)).toArray(),
                packing == null ? null : new Packing(packing.slots(), rows(packing.texts(), length, ranges), rows(packing.positions(), length, ranges)), of);
    }

    private static int[] rows(int[] of, int width, List<int[]> ranges) {
        int[] out = new int[width * ranges.stream().mapToInt(r -> r[1] - r[0]).sum()];
        int at = 0;
        for (int[] r : ranges) {
            int n = (r[1] - r[0]) * width;
            System.arraycopy(of, r[0] * width, out, at, n);
            at += n;
        }
        return out;
    }
}
