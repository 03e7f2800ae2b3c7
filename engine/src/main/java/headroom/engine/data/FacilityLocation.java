package headroom.engine.data;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * Chooses points that stand for all others: the set S maximises f(S) = Σᵢ wᵢ · max_{j ∈ S} max(0, xᵢ·xⱼ). f is monotone and submodular, so the greedy choice reaches at least
 * 1 − 1/e of the best value; and a gain can only fall as S grows, so most gains need not be computed again (lazy greedy).
 */
public final class FacilityLocation {
    private final float[][] points;
    private final double[] weights;

    /**
     * @param points [n, d], of length 1 each, so that products are cosines
     * @param weights [n] how much it counts that a point is stood for, none negative
     */
    public FacilityLocation(float[][] points, double[] weights) {
        if (points.length != weights.length) {
            throw new IllegalArgumentException(points.length + " points with " + weights.length + " weights");
        }
        this.points = points;
        this.weights = weights;
    }

    private record Candidate(int point, double gain, int round) implements Comparable<Candidate> {
        /** Largest gain first, among equals the first point, so that the choice can be repeated. */
        @Override
        public int compareTo(Candidate other) {
            int c = Double.compare(other.gain, gain);
            return c != 0 ? c : Integer.compare(point, other.point);
        }
    }

    /** So many points, or all if there are fewer, in the order in which they were chosen. */
    public int[] greedy(int count) {
        int n = points.length;
        double[] covered = new double[n];
        PriorityQueue<Candidate> queue = new PriorityQueue<>();
        for (int j = 0; j < n; j++) {
            queue.add(new Candidate(j, gain(j, covered), 0));
        }
        int[] chosen = new int[Math.min(count, n)];
        int size = 0;
        while (size < chosen.length) {
            Candidate best = queue.remove();
            if (best.round < size) {
                queue.add(new Candidate(best.point, gain(best.point, covered), size));
                continue;
            }
            chosen[size++] = best.point;
            for (int i = 0; i < n; i++) {
                covered[i] = Math.max(covered[i], product(points[i], points[best.point]));
            }
        }
        return chosen;
    }

    /** f of a set. */
    public double value(int... set) {
        double sum = 0;
        for (int i = 0; i < points.length; i++) {
            int at = i;
            sum += weights[i] * Arrays.stream(set).mapToDouble(j -> product(points[at], points[j])).max().orElse(0);
        }
        return sum;
    }

    private double gain(int j, double[] covered) {
        double sum = 0;
        for (int i = 0; i < points.length; i++) {
            double more = product(points[i], points[j]) - covered[i];
            if (more > 0) {
                sum += weights[i] * more;
            }
        }
        return sum;
    }

    private static double product(float[] a, float[] b) {
        // four sums, so that the additions of a product need not wait for each other
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int j = 0;
        for (; j + 3 < a.length; j += 4) {
            s0 += a[j] * b[j];
            s1 += a[j + 1] * b[j + 1];
            s2 += a[j + 2] * b[j + 2];
            s3 += a[j + 3] * b[j + 3];
        }
        for (; j < a.length; j++) {
            s0 += a[j] * b[j];
        }
        return Math.max(0, s0 + s1 + (s2 + s3));
    }
}
