package headroom.engine.data;

import headroom.engine.compute.Keys;
import java.util.ArrayList;
import java.util.List;

/** A dataset's training rows dealt out to several owners, each row to one. Held-out rows stay with everybody: all are asked the same. */
public final class Shards {
    private static final int MOST_DRAWS = 10_000;

    private Shards() {}

    /**
     * Row after row in turn, as the file has them, so that every owner has about as many.
     *
     * @throws IllegalArgumentException if there are fewer rows than owners
     */
    public static List<Dataset> inTurn(Dataset data, int owners) {
        require(data, owners);
        int[] owner = new int[data.train().size()];
        for (int i = 0; i < owner.length; i++) {
            owner[i] = i % owners;
        }
        return dealt(data, owners, owner);
    }

    /**
     * By label: for each class the owners' shares are drawn from a Dirichlet distribution, so a small {@code evenness} gives most of a class to few owners (non-identical data of
     * federated learning). Rows without a label are dealt by their place in the file, in {@code owners} equal stretches, which are the classes then.
     *
     * <p>An owner who would have nothing gets a row of the one who has most.
     *
     * @param evenness concentration of the distribution, above 0
     * @param seed of the run
     */
    public static List<Dataset> skewed(Dataset data, int owners, double evenness, long seed) {
        require(data, owners);
        if (!(evenness > 0)) {
            throw new IllegalArgumentException("an evenness of " + evenness + " of the clients' classes; it must be above 0");
        }
        int n = data.train().size();
        int classes = data.labels().isEmpty() ? owners : data.labels().size();
        int[] owner = new int[n];
        int[] has = new int[owners];
        double[][] upTo = new double[classes][];
        for (int c = 0; c < classes; c++) {
            upTo[c] = cumulated(shares(owners, evenness, Keys.key(seed, "client shares", "", c)));
        }
        long key = Keys.key(seed, "client rows", "", 0);
        for (int i = 0; i < n; i++) {
            int c = data.labels().isEmpty() ? (int) ((long) i * owners / n) : data.train().get(i).label();
            double u = Keys.uniform(key, i);
            int k = 0;
            while (k < owners - 1 && u >= upTo[c][k]) {
                k++;
            }
            owner[i] = k;
            has[k]++;
        }
        for (int k = 0; k < owners; k++) {
            if (has[k] == 0) {
                give(owner, has, k);
            }
        }
        return dealt(data, owners, owner);
    }

    private static void give(int[] owner, int[] has, int to) {
        int most = 0;
        for (int k = 1; k < has.length; k++) {
            most = has[k] > has[most] ? k : most;
        }
        for (int i = 0; i < owner.length; i++) {
            if (owner[i] == most) {
                owner[i] = to;
                has[most]--;
                has[to]++;
                return;
            }
        }
    }

    private static void require(Dataset data, int owners) {
        if (owners < 1 || data.train().size() < owners) {
            throw new IllegalArgumentException("dataset " + data.id() + " has " + data.train().size() + " training rows for " + owners + " owners; each needs at least one");
        }
    }

    private static List<Dataset> dealt(Dataset data, int owners, int[] owner) {
        List<List<Example>> rows = new ArrayList<>();
        for (int k = 0; k < owners; k++) {
            rows.add(new ArrayList<>());
        }
        for (int i = 0; i < owner.length; i++) {
            rows.get(owner[i]).add(data.train().get(i));
        }
        return rows.stream().map(r -> new Dataset(data.id(), data.name(), data.kind(), data.labels(), r, data.heldOut(), data.file(), data.card())).toList();
    }

    private static double[] cumulated(double[] shares) {
        double sum = 0;
        double[] upTo = new double[shares.length];
        for (int i = 0; i < shares.length; i++) {
            sum += shares[i];
            upTo[i] = sum;
        }
        return upTo;
    }

    /** One draw of Dirichlet(α, …, α): independent gamma numbers over their sum. */
    private static double[] shares(int n, double alpha, long key) {
        double[] g = new double[n];
        double sum = 0;
        for (int k = 0; k < n; k++) {
            g[k] = gamma(alpha, Keys.key(key, "gamma", "", k));
            sum += g[k];
        }
        for (int k = 0; k < n; k++) {
            g[k] = sum > 0 ? g[k] / sum : 1.0 / n;
        }
        return g;
    }

    /** A gamma number of shape α and scale 1 ("A simple method for generating gamma variables", Marsaglia and Tsang, 2000); below 1 through α + 1. */
    private static double gamma(double alpha, long key) {
        if (alpha < 1) {
            return gamma(alpha + 1, Keys.key(key, "above", "", 0)) * Math.pow(Math.max(Keys.uniform(key, 0), 1e-300), 1 / alpha);
        }
        double d = alpha - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        for (long i = 0; i < MOST_DRAWS; i++) {
            double x = Math.sqrt(-2 * Math.log(1 - Keys.uniform(key, 3 * i))) * Math.cos(2 * Math.PI * Keys.uniform(key, 3 * i + 1));
            double v = Math.pow(1 + c * x, 3);
            if (v > 0 && Math.log(1 - Keys.uniform(key, 3 * i + 2)) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
        return alpha;
    }
}
