package headroom.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static void disjoint(Placement p) {
        for (int i = 0; i < p.lives().size(); i++) {
            assertThat(p.offsets()[i] % Placement.ALIGNMENT).isZero();
            assertThat(p.offsets()[i] + p.lives().get(i).bytes()).isLessThanOrEqualTo(p.bytes());
            for (int k = 0; k < i; k++) {
                Placement.Life a = p.lives().get(i);
                Placement.Life b = p.lives().get(k);
                boolean together = a.birth() < b.death() && b.birth() < a.death();
                boolean apart = p.offsets()[i] + a.bytes() <= p.offsets()[k] || p.offsets()[k] + b.bytes() <= p.offsets()[i];
                assertThat(!together || apart).as("%s at %d and %s at %d", a, p.offsets()[i], b, p.offsets()[k]).isTrue();
            }
        }
    }

    @Property(tries = 60)
    void whatIsAliveTogetherNeverOverlapsAndNothingBeatsTheBound(@ForAll long seed, @ForAll @IntRange(min = 1, max = 120) int n) {
        Random random = new Random(seed);
        List<Placement.Life> lives = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            long birth = random.nextInt(200);
            lives.add(new Placement.Life(birth, birth + 1 + random.nextInt(80), random.nextInt(5000)));
        }
        Placement p = Placement.of(lives);
        disjoint(p);
        assertThat(p.bytes()).isGreaterThanOrEqualTo(p.lowerBound());
    }

    @Test
    void onesThatFollowEachOtherShareTheSamePlace() {
        Placement p = Placement.of(List.of(new Placement.Life(0, 2, 640), new Placement.Life(2, 4, 640), new Placement.Life(4, 6, 100)));
        assertThat(p.bytes()).isEqualTo(640);
        assertThat(p.lowerBound()).isEqualTo(640);
        assertThat(p.offsets()).containsOnly(0);
    }

    @Test
    void aForwardAndBackwardPassIsPlacedWithoutWaste() {
        // kept tensors pile up and go in reverse; two passing ones per layer live between
        List<Placement.Life> lives = new ArrayList<>();
        int layers = 24;
        for (int l = 0; l < layers; l++) {
            lives.add(new Placement.Life(10L * l, 10L * (2 * layers - l), 4096 * 7));
            lives.add(new Placement.Life(10L * l + 1, 10L * l + 5, 4096 * 13));
            lives.add(new Placement.Life(10L * l + 3, 10L * l + 12, 4096 * 3));
            lives.add(new Placement.Life(10L * (2 * layers - l) - 8, 10L * (2 * layers - l) + 4, 4096 * 5));
        }
        Placement p = Placement.of(lives);
        disjoint(p);
        assertThat(p.waste()).isLessThan(0.02);
    }

    @Test
    void nothingNeedsNoStorage() {
        assertThat(Placement.of(List.of()).bytes()).isZero();
        assertThat(Placement.of(List.of()).waste()).isZero();
    }

    @Test
    void aLifeThatEndsBeforeItBeginsIsRefused() {
        assertThatThrownBy(() -> new Placement.Life(5, 5, 1)).hasMessageContaining("from event 5 to 5");
    }
}
