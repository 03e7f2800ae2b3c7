package headroom.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.Keys;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The greedy choice against every set there is, on sets small enough to try them all. */
class FacilityLocationTest {
    private static float[][] directions(long seed, int n) {
        return IntStream.range(0, n).mapToObj(i -> {
            float[] x = new float[3];
            double squares = 0;
            for (int j = 0; j < 3; j++) {
                x[j] = (float) (2 * Keys.uniform(seed, 3L * i + j) - 1);
                squares += x[j] * x[j];
            }
            for (int j = 0; j < 3; j++) {
                x[j] /= (float) Math.sqrt(squares);
            }
            return x;
        }).toArray(float[][]::new);
    }

    private static double[] weights(long seed, int n) {
        return IntStream.range(0, n).mapToDouble(i -> Keys.uniform(seed + 1000, i)).toArray();
    }

    @Test
    void everyStepTakesThePointThatAddsMostAndTheResultComesNearTheBestSetOfAll() {
        for (long seed = 0; seed < 25; seed++) {
            int n = 9;
            int k = 3;
            FacilityLocation f = new FacilityLocation(directions(seed, n), weights(seed, n));
            int[] chosen = f.greedy(k);
            for (int size = 0; size < k; size++) {
                int[] before = Arrays.copyOf(chosen, size);
                double best = IntStream.range(0, n).mapToDouble(j -> f.value(with(before, j))).max().orElseThrow();
                assertThat(f.value(Arrays.copyOf(chosen, size + 1))).isCloseTo(best, within(1e-6));
            }
            double best = 0;
            for (int a = 0; a < n; a++) {
                for (int b = a + 1; b < n; b++) {
                    for (int c = b + 1; c < n; c++) {
                        best = Math.max(best, f.value(a, b, c));
                    }
                }
            }
            assertThat(f.value(chosen)).isBetween((1 - 1 / Math.E) * best, best + 1e-9);
        }
    }

    private static int[] with(int[] set, int j) {
        int[] out = Arrays.copyOf(set, set.length + 1);
        out[set.length] = j;
        return out;
    }

    @Test
    void oneOfEachGroupIsTakenBeforeASecondOfAny() {
        float[][] points = {{1, 0}, {1, 0}, {1, 0}, {0, 1}, {0, 1}};
        assertThat(new FacilityLocation(points, new double[] {1, 1, 1, 1, 1}).greedy(2)).containsExactly(0, 3);
        // what counts more is stood for first
        assertThat(new FacilityLocation(points, new double[] {1, 1, 1, 9, 1}).greedy(2)).containsExactly(3, 0);
    }

    @Test
    void allPointsStandForThemselves() {
        FacilityLocation f = new FacilityLocation(directions(3, 6), weights(3, 6));
        assertThat(f.greedy(10)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
        assertThat(f.value(0, 1, 2, 3, 4, 5)).isCloseTo(Arrays.stream(weights(3, 6)).sum(), within(1e-5));
        assertThat(f.value()).isZero();
    }
}
