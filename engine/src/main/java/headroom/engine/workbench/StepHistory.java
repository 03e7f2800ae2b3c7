package headroom.engine.workbench;

import java.util.Arrays;

/**
 * The curves of a run, one point per optimizer step, on four axes. A handle is an immutable prefix: the run goes on appending behind it,
 * and the next snapshot carries a longer handle over the same memory, so taking one costs nothing however long the run is.
 */
public final class StepHistory {
    private static final int COLUMNS = 9;
    public static final StepHistory EMPTY = new Recorder().soFar();

    private final double[][] columns;
    private final int size;

    private StepHistory(double[][] columns, int size) {
        this.columns = columns;
        this.size = size;
    }

    public int size() {
        return size;
    }

    /** The 1-based number of the optimizer step of point {@code i}. */
    public int step(int i) {
        return (int) at(0, i);
    }

    /** Seconds of training when the step ended. */
    public double seconds(int i) {
        return at(1, i);
    }

    /** Tokens trained on up to and including the step. */
    public long tokens(int i) {
        return (long) at(2, i);
    }

    /** Passes over the data up to and including the step, 1.8 in the middle of the second. */
    public double epoch(int i) {
        return at(3, i);
    }

    public double loss(int i) {
        return at(4, i);
    }

    public double learningRate(int i) {
        return at(5, i);
    }

    /** Norm of the whole gradient; NaN where the method never has one. */
    public double gradientNorm(int i) {
        return at(6, i);
    }

    public double tokensPerSecond(int i) {
        return at(7, i);
    }

    /** Highest total of the ledger within the step. */
    public long peakBytes(int i) {
        return (long) at(8, i);
    }

    /** All losses, oldest first. */
    public double[] losses() {
        return Arrays.copyOf(columns[4], size);
    }

    private double at(int column, int i) {
        if (i < 0 || i >= size) {
            throw new IndexOutOfBoundsException("point " + i + " of " + size);
        }
        return columns[column][i];
    }

    /** Appends points; one thread writes, any thread may hold the handles. */
    public static final class Recorder {
        private double[][] columns = new double[COLUMNS][64];
        private int size;

        public synchronized void add(
                int step, double seconds, long tokens, double epoch, double loss, double learningRate, double gradientNorm,
                double tokensPerSecond, long peakBytes) {
            if (size == columns[0].length) {
                final double[][] wider = new double[COLUMNS][];
                for (int c = 0; c < COLUMNS; c++) {
                    wider[c] = Arrays.copyOf(columns[c], size * 2);
                }
                columns = wider;
            }
            final double[] point = {step, seconds, tokens, epoch, loss, learningRate, gradientNorm, tokensPerSecond, peakBytes};
            for (int c = 0; c < COLUMNS; c++) {
                columns[c][size] = point[c];
            }
            size++;
        }

        /** The points so far. */
        public synchronized StepHistory soFar() {
            return new StepHistory(columns, size);
        }
    }
}
