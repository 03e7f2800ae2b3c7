package headroom.engine.tape;

import java.util.ArrayList;
import java.util.List;

/**
 * How adapters take part in one pass: at all or not, how strongly, with or without dropout, and, where a model has several sets of one kind, which rows go through which set.
 *
 * @param on false shows the base model alone
 * @param factor of what adapters that add put on top, 1 as trained
 * @param dropout false or true whatever the pass is for, or null: in training
 * @param rows which rows go through which set, or null: all through the set that the adapter names
 */
public record AdapterControls(boolean on, double factor, Boolean dropout, RowSets rows) {
    public static final AdapterControls STANDARD = new AdapterControls(true, 1, null, null);

    /**
     * Rows of a batch and the sets that they go through, set after set.
     *
     * @param parts in order; together they are all rows
     */
    public record RowSets(List<Part> parts) {
        /** So many rows of the batch through a set, counted from 0. */
        public record Part(int set, long rows) {}

        public RowSets {
            parts = List.copyOf(parts);
        }

        /** From the rows of each set; sets without rows have no part. */
        public static RowSets of(List<Integer> rows) {
            List<Part> parts = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                if (rows.get(i) > 0) {
                    parts.add(new Part(i, rows.get(i)));
                }
            }
            return new RowSets(parts);
        }

        /** Everything through one set. */
        public static RowSets all(int set) {
            return new RowSets(List.of(new Part(set, 1)));
        }

        /**
         * Rows of a tensor, which has as many for each row of the batch.
         *
         * @throws IllegalArgumentException if the rows of the tensor cannot be told apart like that
         */
        public List<Segment> over(long n) {
            long rows = parts.stream().mapToLong(Part::rows).sum();
            if (n % rows != 0) {
                throw new IllegalArgumentException(n + " rows cannot go through sets by " + parts);
            }
            long each = n / rows;
            List<Segment> segments = new ArrayList<>();
            long at = 0;
            for (Part p : parts) {
                segments.add(new Segment(p.set(), at, at + p.rows() * each));
                at += p.rows() * each;
            }
            return segments;
        }
    }

    /** Rows {@code from} to {@code to} (exclusive) of a tensor go through a set. */
    public record Segment(int set, long from, long to) {}

    /** The base model alone. */
    public AdapterControls off() {
        return new AdapterControls(false, factor, dropout, rows);
    }

    public AdapterControls withFactor(double f) {
        return new AdapterControls(on, f, dropout, rows);
    }

    public AdapterControls withDropout(boolean d) {
        return new AdapterControls(on, factor, d, rows);
    }

    public AdapterControls with(RowSets r) {
        return new AdapterControls(on, factor, dropout, r);
    }
}
