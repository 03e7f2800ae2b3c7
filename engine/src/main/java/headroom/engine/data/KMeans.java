package headroom.engine.data;

import headroom.engine.compute.Keys;
import java.util.Arrays;

/**
 * Points in k clusters, by Lloyd's algorithm from a k-means++ start: the first centre is drawn, each further one with a probability that grows with the squared distance to the
 * nearest centre so far. All draws come from a key, so the clusters can be repeated.
 *
 * @param labels [n] cluster of each point
 * @param centres [k, d] means of the clusters
 * @param inertia sum of the squared distances of all points to their centres
 */
public record KMeans(int[] labels, float[][] centres, double inertia) {
    private static final int MOST_ROUNDS = 100;

    /**
     * @param points [n, d], at least one
     * @param k clusters, at least 1; with fewer points than that each has its own
     * @throws IllegalArgumentException without points or clusters
     */
    public static KMeans of(float[][] points, int k, long key) {
        if (points.length == 0 || k < 1) {
            throw new IllegalArgumentException(k + " clusters of " + points.length + " points; at least one of each is needed");
        }
        float[][] centres = start(points, Math.min(k, points.length), key);
        int[] labels = new int[points.length];
        Arrays.fill(labels, -1);
        double[] away = new double[points.length];
        boolean moved = assign(points, centres, labels, away);
        for (int round = 0; moved && round < MOST_ROUNDS; round++) {
            centres = means(points, labels, centres.length, away);
            moved = assign(points, centres, labels, away);
        }
        return new KMeans(labels, centres, Arrays.stream(away).sum());
    }

    private static float[][] start(float[][] points, int k, long key) {
        float[][] centres = new float[k][];
        centres[0] = points[(int) Keys.below(key, 0, points.length)].clone();
        double[] nearest = new double[points.length];
        Arrays.fill(nearest, Double.MAX_VALUE);
        for (int c = 1; c < k; c++) {
            double total = 0;
            for (int i = 0; i < points.length; i++) {
                nearest[i] = Math.min(nearest[i], squaredDistance(points[i], centres[c - 1]));
                total += nearest[i];
            }
            double mark = Keys.uniform(key, c) * total;
            int chosen = points.length - 1;
            for (int i = 0; i < points.length; i++) {
                mark -= nearest[i];
                if (mark < 0) {
                    chosen = i;
                    break;
                }
            }
            centres[c] = points[chosen].clone();
        }
        return centres;
    }

    /** Each point to its nearest centre, the first among equals; true if one changed. */
    private static boolean assign(float[][] points, float[][] centres, int[] labels, double[] away) {
        boolean moved = false;
        for (int i = 0; i < points.length; i++) {
            int best = 0;
            double least = Double.MAX_VALUE;
            for (int c = 0; c < centres.length; c++) {
                double d = squaredDistance(points[i], centres[c]);
                if (d < least) {
                    least = d;
                    best = c;
                }
            }
            moved |= labels[i] != best;
            labels[i] = best;
            away[i] = least;
        }
        return moved;
    }

    /** A cluster that lost all its points takes the one that is furthest from its own centre. */
    private static float[][] means(float[][] points, int[] labels, int k, double[] away) {
        int d = points[0].length;
        double[][] sums = new double[k][d];
        int[] sizes = new int[k];
        for (int i = 0; i < points.length; i++) {
            sizes[labels[i]]++;
            for (int j = 0; j < d; j++) {
                sums[labels[i]][j] += points[i][j];
            }
        }
        float[][] centres = new float[k][d];
        for (int c = 0; c < k; c++) {
            if (sizes[c] == 0) {
                int far = 0;
                for (int i = 1; i < points.length; i++) {
                    far = away[i] > away[far] ? i : far;
                }
                away[far] = 0;
                centres[c] = points[far].clone();
                continue;
            }
            for (int j = 0; j < d; j++) {
                centres[c][j] = (float) (sums[c][j] / sizes[c]);
            }
        }
        return centres;
    }

    private static double squaredDistance(float[] a, float[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            double d = a[j] - b[j];
            sum += d * d;
        }
        return sum;
    }
}
