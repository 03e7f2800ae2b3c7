package headroom.engine.compute.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Ledger;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keyed randomness: the same on host and machine, the same however it is cut up, and good enough to be called random. */
class RandomKernelsTest {
    private static final long KEY = Keys.key(1, "test", "block.0", 0);
    private static TorchCompute torch;

    @BeforeAll
    static void open() {
        torch = TorchCompute.cpu(new Ledger());
    }

    @AfterAll
    static void close() {
        torch.close();
    }

    private static double[] normals(long key, long start, long n) {
        try (Tensor t = torch.call(RandomKernels.NORMAL, key, start, n)) {
            return Samples.read(torch, t);
        }
    }

    private static double[] uniforms(long key, long start, long n) {
        try (Tensor t = torch.call(RandomKernels.UNIFORM, key, start, n)) {
            return Samples.read(torch, t);
        }
    }

    @Test
    void theHostDrawsTheSameUniformsBitForBit() {
        double[] u = uniforms(KEY, 65_000, 2_000);
        for (int i = 0; i < u.length; i++) {
            assertThat(u[i]).isEqualTo(Draws.uniform(KEY, 65_000 + i));
        }
    }

    @Test
    void theHostDrawsTheSameNormals() {
        for (long start : new long[] {0, 32_700, 65_500, 1L << 33}) {
            double[] z = normals(KEY, start, 200);
            for (int i = 0; i < z.length; i++) {
                assertThat(z[i]).isCloseTo(Draws.normal(KEY, start + i), within(2e-5));
            }
        }
    }

    @Test
    void theHostKnowsWhatDropoutKeeps() {
        try (Samples s = new Samples(torch, DType.F32, 1)) {
            Tensor ones = s.tensor(DType.F32, i -> 1, 300, 500);
            for (long offset : new long[] {0, 131_071, 5}) {
                double[] y = Samples.read(torch, s.keep(torch.call(ElementwiseKernels.DROPOUT, ones, KEY, 0.25, offset))[0]);
                for (int i = 0; i < y.length; i++) {
                    assertThat(y[i]).isCloseTo(Draws.keeps(KEY, offset + i, 0.25) ? 4.0 / 3 : 0, within(1e-6));
                }
            }
        }
    }

    @Test
    void aStreamDoesNotDependOnHowItIsCut() {
        double[] whole = normals(KEY, 0, 500_000);
        for (long[] cut : new long[][] {{0, 1}, {7, 13}, {32_767, 2}, {65_535, 70_001}, {100_000, 384}, {131_072, 65_536}, {199_999, 1}, {65_536, 100_000}, {5, 499_995}, {327_680, 172_320}}) {
            assertThat(normals(KEY, cut[0], cut[1])).containsExactly(Arrays.copyOfRange(whole, (int) cut[0], (int) (cut[0] + cut[1])));
        }
    }

    @Test
    void gatheredRowsMoveAsTheTableDoes() {
        try (Samples s = new Samples(torch, DType.F32, 1)) {
            Tensor table = s.real(900, 97);
            Tensor ids = s.ids(900, 1_500);
            Tensor rows = s.keep(torch.call(EmbeddingKernels.EMBEDDING, table, ids))[0];
            torch.apply(RandomKernels.ADD_NORMAL_ROWS_INTO, rows, ids, KEY, 0.125);
            torch.apply(RandomKernels.ADD_NORMAL_INTO, table, KEY, 0L, 0.125);
            Tensor expected = s.keep(torch.call(EmbeddingKernels.EMBEDDING, table, ids))[0];
            assertThat(Samples.read(torch, rows)).containsExactly(Samples.read(torch, expected));
        }
    }

    @Test
    void normalsHaveTheMomentsAndTheDistributionOfNormals() {
        double[] z = normals(KEY, 0, 1 << 20);
        double[] moments = new double[4];
        for (double v : z) {
            moments[0] += v;
            moments[1] += v * v;
            moments[2] += v * v * v;
            moments[3] += v * v * v * v;
        }
        int n = z.length;
        // five standard errors each: 1, √2, √15, √96 over √n
        assertThat(moments[0] / n).isCloseTo(0, within(5 / Math.sqrt(n)));
        assertThat(moments[1] / n).isCloseTo(1, within(5 * Math.sqrt(2.0 / n)));
        assertThat(moments[2] / n).isCloseTo(0, within(5 * Math.sqrt(15.0 / n)));
        assertThat(moments[3] / n).isCloseTo(3, within(5 * Math.sqrt(96.0 / n)));
        Arrays.sort(z);
        double gap = 0;
        for (int i = 0; i < n; i++) {
            double p = cumulative(z[i]);
            gap = Math.max(gap, Math.max(Math.abs(p - (double) i / n), Math.abs(p - (i + 1.0) / n)));
        }
        // Kolmogorov and Smirnov's bound at one in a thousand
        assertThat(gap).isLessThan(1.95 / Math.sqrt(n));
        assertThat(z[n - 1]).isBetween(4.2, 6.7);
    }

    @Test
    void uniformsFillTheIntervalEvenly() {
        double[] u = uniforms(KEY, 0, 1 << 20);
        int[] cells = new int[256];
        for (double v : u) {
            cells[(int) (v * 256)]++;
        }
        double expected = u.length / 256.0;
        double chi = Arrays.stream(cells).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
        // 255 degrees of freedom: mean 255, deviation 22.6
        assertThat(chi).isBetween(255 - 5 * 22.6, 255 + 5 * 22.6);
    }

    @Test
    void neitherNeighboursNorKeysNorStepsAreCorrelated() {
        int n = 1 << 18;
        double[] z = normals(KEY, 0, n);
        double bound = 5 / Math.sqrt(n);
        for (int lag : new int[] {1, 2, 3, 384, 32_768, 65_536}) {
            assertThat(correlation(z, z, lag)).as("lag %d", lag).isCloseTo(0, within(5 / Math.sqrt(n - lag)));
        }
        for (long other : new long[] {KEY + 1, KEY ^ (1L << 40), Keys.key(2, "test", "block.0", 0), Keys.key(1, "test", "block.1", 0), Keys.key(1, "test", "block.0", 1)}) {
            double[] w = normals(other, 0, n);
            assertThat(correlation(z, w, 0)).as("key %d", other).isCloseTo(0, within(bound));
            assertThat(correlation(z, w, 1)).as("key %d", other).isCloseTo(0, within(bound));
        }
    }

    @Test
    void dropoutDropsTheShareItSays() {
        try (Samples s = new Samples(torch, DType.F32, 1)) {
            int n = 1 << 20;
            Tensor ones = s.tensor(DType.F32, i -> 1, n);
            double[] y = Samples.read(torch, s.keep(torch.call(ElementwiseKernels.DROPOUT, ones, KEY, 0.1, 0L))[0]);
            double dropped = Arrays.stream(y).filter(v -> v == 0).count() / (double) n;
            assertThat(dropped).isCloseTo(0.1, within(5 * Math.sqrt(0.09 / n)));
            assertThat(Arrays.stream(y).sum() / n).isCloseTo(1, within(0.003));
            for (int lag : new int[] {1, 2, 3, 4, 5}) {
                assertThat(correlation(y, y, lag)).as("lag %d", lag).isCloseTo(0, within(5 / Math.sqrt(n)));
            }
        }
    }

    private static double correlation(double[] x, double[] y, int lag) {
        int n = x.length - lag;
        double mx = Arrays.stream(x).average().orElseThrow();
        double my = Arrays.stream(y).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < n; i++) {
            xy += (x[i] - mx) * (y[i + lag] - my);
            xx += (x[i] - mx) * (x[i] - mx);
            yy += (y[i + lag] - my) * (y[i + lag] - my);
        }
        return xy / Math.sqrt(xx * yy);
    }

    /** Φ to 1e-7, by Abramowitz and Stegun's 26.2.17. */
    private static double cumulative(double z) {
        double t = 1 / (1 + 0.2316419 * Math.abs(z));
        double tail = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return z > 0 ? 1 - tail : tail;
    }
}
