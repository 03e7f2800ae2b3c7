package headroom.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rows of several jobs side by side: a batch holds those that each job would have had alone, job after job. Each job goes its own way through its own rows, so what it sees
 * does not depend on the others; only the padding does. Held-out rows come job by job.
 */
public final class JobRows implements BatchSource {
    private final List<BatchSource> jobs;
    private final boolean classes;
    private final int pad;
    private final int perEpoch;
    private long drawn;

    /**
     * @param jobs one source for each, at their beginning
     * @param classes true if rows have a class, false if tokens have a next one
     * @param pad token that fills rows up
     */
    public JobRows(List<BatchSource> jobs, boolean classes, int pad) {
        if (jobs.isEmpty()) {
            throw new IllegalArgumentException("no job has rows");
        }
        this.jobs = List.copyOf(jobs);
        this.classes = classes;
        this.pad = pad;
        this.perEpoch = jobs.stream().mapToInt(BatchSource::batchesPerEpoch).max().orElseThrow();
    }

    @Override
    public Batch next() {
        List<Batch> parts = jobs.stream().map(BatchSource::next).toList();
        drawn++;
        return joined(parts, parts.stream().map(Batch::rows).toList());
    }

    /** How many batches were drawn, counted in epochs of the longest job. */
    @Override
    public Cursor cursor() {
        return new Cursor(drawn / perEpoch, (int) (drawn % perEpoch));
    }

    @Override
    public void seek(Cursor to) {
        seekBatch(to.epoch() * perEpoch + to.position());
    }

    @Override
    public void seekBatch(long number) {
        drawn = number;
        jobs.forEach(j -> j.seekBatch(number));
    }

    /** Of the job with most rows; the others have begun again by then. */
    @Override
    public int batchesPerEpoch() {
        return perEpoch;
    }

    @Override
    public List<Batch> heldOut() {
        List<Batch> all = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            for (Batch b : jobs.get(i).heldOut()) {
                Integer[] rows = new Integer[jobs.size()];
                Arrays.fill(rows, 0);
                rows[i] = b.rows();
                all.add(joined(List.of(b), List.of(rows)));
            }
        }
        return all;
    }

    @Override
    public Batch.Shape worst() {
        List<Batch.Shape> shapes = jobs.stream().map(BatchSource::worst).toList();
        int length = shapes.stream().mapToInt(Batch.Shape::length).max().orElseThrow();
        int slots = shapes.stream().mapToInt(Batch.Shape::slots).max().orElseThrow();
        return new Batch.Shape(shapes.stream().mapToInt(Batch.Shape::rows).sum(), length, slots == 0 || classes ? slots : length, shapes.stream().map(Batch.Shape::rows).toList());
    }

    @Override
    public TokenLengths lengths() {
        return jobs.getFirst().lengths();
    }

    /** Rows of several batches in one, filled up to the longest of them. */
    private Batch joined(List<Batch> parts, List<Integer> rows) {
        int b = parts.stream().mapToInt(Batch::rows).sum();
        int t = parts.stream().mapToInt(Batch::length).max().orElseThrow();
        boolean packed = parts.getFirst().packing() != null;
        int slots = !packed ? 1 : classes ? parts.stream().mapToInt(p -> p.packing().slots()).max().orElseThrow() : t;
        int units = classes ? slots : t;
        int[] ids = filled(b * t, pad);
        int[] segments = new int[b * t];
        int[] lengths = new int[b];
        int[] labels = new int[b * units];
        int[] mask = new int[b * units];
        long[] examples = new long[b * slots];
        int[] texts = packed ? filled(b * t, -1) : null;
        int[] positions = packed ? new int[b * t] : null;
        int at = 0;
        for (Batch p : parts) {
            copy(p.ids(), p.length(), ids, at, t, p.rows());
            copy(p.segments(), p.length(), segments, at, t, p.rows());
            System.arraycopy(p.lengths(), 0, lengths, at, p.rows());
            copy(p.labels(), p.labels().length / p.rows(), labels, at, units, p.rows());
            copy(p.lossMask(), p.lossMask().length / p.rows(), mask, at, units, p.rows());
            int each = p.examples().length / p.rows();
            for (int i = 0; i < p.rows(); i++) {
                System.arraycopy(p.examples(), i * each, examples, (at + i) * slots, each);
            }
            if (packed) {
                copy(p.packing().texts(), p.length(), texts, at, t, p.rows());
                copy(p.packing().positions(), p.length(), positions, at, t, p.rows());
            }
            at += p.rows();
        }
        return new Batch(b, t, ids, lengths, segments, labels, mask, examples, packed ? new Packing(slots, texts, positions) : null, rows);
    }

    private static int[] filled(int n, int value) {
        int[] a = new int[n];
        Arrays.fill(a, value);
        return a;
    }

    /** Rows of a width into rows of another from a row on. */
    private static void copy(int[] from, int width, int[] to, int row, int wide, int rows) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(from, i * width, to, (row + i) * wide, width);
        }
    }
}
