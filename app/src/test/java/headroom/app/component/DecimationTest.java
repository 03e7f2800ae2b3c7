package headroom.app.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.workbench.CategoryBytes;
import headroom.engine.workbench.MemoryInstant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DecimationTest {

    @Test
    void aSingleSpikeAmongManyPointsIsNeverLost() {
        final double[] ys = new double[100_000];
        ys[56_789] = 1;
        ys[12_345] = -1;
        final Axes axes = new Axes(0, ys.length, -1, 1, 0, 0, 800, 200);
        final Decimation shape = Decimation.of(Points.of(ys.length, i -> i, i -> ys[i]), axes);
        assertThat(shape.size).isLessThanOrEqualTo(4 * 801);
        assertThat(Arrays.stream(shape.ys, 0, shape.size).min().orElseThrow()).isEqualTo(0, within(1e-9));
        assertThat(Arrays.stream(shape.ys, 0, shape.size).max().orElseThrow()).isEqualTo(200, within(1e-9));
    }

    @Test
    void fewPointsAreAllKeptInOrder() {
        final Points points = Points.of(new double[] {0, 1, 2, 3}, new double[] {5, 1, 4, 2});
        final Decimation shape = Decimation.of(points, new Axes(0, 3, 0, 5, 0, 0, 300, 50));
        assertThat(Arrays.copyOf(shape.xs, shape.size)).containsExactly(0, 100, 200, 300);
    }

    @Test
    void onlyWhatLiesInTheWindowIsRead() {
        final Points points = Points.of(1_000_000, i -> i, i -> {
            assertThat(i).isBetween(499_000, 501_100);
            return i % 7;
        });
        assertThat(Decimation.of(points, new Axes(500_000, 501_000, 0, 7, 0, 0, 100, 50)).size).isPositive();
    }

    @Test
    void smoothingStartsAtTheFirstValueAndSkipsGaps() {
        final Points smooth = Points.of(new double[] {0, 1, 2, 3}, new double[] {4, Double.NaN, 4, 4}).smooth(0.9);
        for (int i = 0; i < 4; i++) {
            assertThat(smooth.y(i)).isEqualTo(4, within(1e-12));
        }
    }

    @Test
    void thePeakOfTheBookingsIsInSomeColumnHoweverNarrowTheChart() {
        final SplittableRandom random = new SplittableRandom(3);
        final List<MemoryInstant> instants = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            instants.add(new MemoryInstant(i, i, 1, "forward", "op", "owner", new CategoryBytes(10, 0, 0, 0, random.nextLong(1_000), 0, 0), 0));
        }
        final Bookings bookings = new Bookings(instants, 100, false);
        for (final double width : new double[] {40, 333, 2_000}) {
            final List<Bookings.Run> runs = bookings.columns(new Axes(0, bookings.end(), 0, 1_200, 0, 0, width, 100));
            assertThat(runs.stream().mapToLong(run -> bookings.total(run.most)).max().orElseThrow()).isEqualTo(bookings.total(bookings.peak()));
            assertThat(runs.getFirst().from).isZero();
            assertThat(runs.getLast().to).isEqualTo((int) width);
            for (int i = 1; i < runs.size(); i++) {
                assertThat(runs.get(i).from).isEqualTo(runs.get(i - 1).to);
            }
        }
    }

    @Test
    void aValueHoldsUntilTheNextBooking() {
        final List<MemoryInstant> instants = List.of(at(1.0), at(2.0), at(4.0));
        final Bookings bookings = new Bookings(instants, 0, true);
        assertThat(bookings.holding(0.5)).isEqualTo(-1);
        assertThat(bookings.holding(3.9)).isEqualTo(1);
        assertThat(bookings.holding(4.0)).isEqualTo(2);
    }

    private static MemoryInstant at(double seconds) {
        return new MemoryInstant(0, seconds, 1, "forward", "op", "owner", CategoryBytes.ZERO, 0);
    }
}
