package headroom.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.Keys;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KMeansTest {
    @Test
    void twoFarPairsAreTwoClustersWithTheirMeansAsCentres() {
        float[][] points = {{0, 0}, {10, 4}, {0, 2}, {12, 4}};
        for (long key = 0; key < 20; key++) {
            KMeans k = KMeans.of(points, 2, key);
            assertThat(k.labels()[0]).isEqualTo(k.labels()[2]).isNotEqualTo(k.labels()[1]);
            assertThat(k.labels()[1]).isEqualTo(k.labels()[3]);
            assertThat(k.centres()[k.labels()[0]]).containsExactly(0, 1);
            assertThat(k.centres()[k.labels()[1]]).containsExactly(11, 4);
            assertThat(k.inertia()).isEqualTo(4, within(1e-12));
        }
    }

    @Test
    void noPointIsNearerToAnotherCentreAndEveryCentreIsTheMeanOfItsPoints() {
        float[][] points = IntStream.range(0, 60).mapToObj(i -> new float[] {(float) Keys.uniform(1, 3 * i), (float) Keys.uniform(1, 3 * i + 1), (float) Keys.uniform(1, 3 * i + 2)})
                .toArray(float[][]::new);
        KMeans k = KMeans.of(points, 5, 7);
        for (int i = 0; i < points.length; i++) {
            double own = distance(points[i], k.centres()[k.labels()[i]]);
            int at = i;
            assertThat(Arrays.stream(k.centres()).mapToDouble(c -> distance(points[at], c)).min().orElseThrow()).isEqualTo(own);
        }
        for (int c = 0; c < 5; c++) {
            for (int j = 0; j < 3; j++) {
                int cluster = c;
                int column = j;
                assertThat(k.centres()[c][j]).isCloseTo((float) IntStream.range(0, 60).filter(i -> k.labels()[i] == cluster).mapToDouble(i -> points[i][column]).average().orElseThrow(), within(1e-6f));
            }
        }
        assertThat(KMeans.of(points, 5, 7).labels()).isEqualTo(k.labels());
    }

    @Test
    void fewerPointsThanClustersAreEachTheirOwn() {
        KMeans k = KMeans.of(new float[][] {{1}, {5}, {9}}, 10, 3);
        assertThat(k.inertia()).isZero();
        assertThat(k.labels()).doesNotHaveDuplicates();
    }

    @Test
    void pointsThatAreAllEqualStillGetLabels() {
        KMeans k = KMeans.of(new float[][] {{2, 2}, {2, 2}, {2, 2}}, 2, 3);
        assertThat(k.inertia()).isZero();
        assertThat(k.labels()).hasSize(3);
        assertThatThrownBy(() -> KMeans.of(new float[0][], 2, 3)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("2 clusters of 0 points");
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            double d = a[j] - b[j];
            sum += d * d;
        }
        return sum;
    }
}
