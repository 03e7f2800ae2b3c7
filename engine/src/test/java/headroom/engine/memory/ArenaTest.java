package headroom.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ArenaTest {
    private final Ledger ledger = new Ledger();

    private Account open(Category category, long bytes) {
        return ledger.open(category, Tier.DEVICE, "block.1", "linear", bytes);
    }

    /** Three tensors of which the first two meet, and one that stays. */
    private static List<Account> step(Ledger l, List<Account> kept) {
        Account a = l.open(Category.ACTIVATIONS, Tier.DEVICE, "a", "linear", 1000);
        Account b = l.open(Category.WORKSPACE, Tier.DEVICE, "b", "linear", 500);
        Account state = l.open(Category.OPTIMIZER, Tier.DEVICE, "m", "zeros", 300);
        kept.add(state);
        l.close(a);
        Account c = l.open(Category.WORKSPACE, Tier.DEVICE, "c", "linear", 900);
        l.close(b);
        l.close(c);
        return List.of(a, b, state, c);
    }

    private static ArenaPlan planned() {
        ArenaPlan.Builder plan = new ArenaPlan.Builder(a -> true);
        plan.add("kind", step(new Ledger(), new ArrayList<>()), 0);
        return plan.build();
    }

    @Test
    void aStepThatIsAsRehearsedLiesWhereItWasPlaced() {
        ArenaPlan plan = planned();
        Arena arena = new Arena(plan);
        arena.enter("kind", ledger.opened());
        long[] a = arena.place(open(Category.ACTIVATIONS, 1000));
        long[] b = arena.place(open(Category.WORKSPACE, 500));
        assertThat(arena.place(open(Category.OPTIMIZER, 300))).as("stands beyond the step").isNull();
        arena.release(a[0]);
        long[] c = arena.place(open(Category.WORKSPACE, 900));
        assertThat(plan.bytes()).isEqualTo(plan.lowerBound()).isEqualTo(1024 + 512);
        assertThat(plan.outside()).isEqualTo(300);
        assertThat(b[0]).isNotEqualTo(a[0]);
        assertThat(c[0]).isNotNegative();
        assertThat(arena.use().planned()).isEqualTo(2400);
        assertThat(arena.use().fitted()).isZero();
        assertThat(arena.use().most()).isEqualTo(plan.bytes());
    }

    @Test
    void aStepThatDiffersUsesTheRoomAsItFindsIt() {
        Arena arena = new Arena(planned());
        arena.enter("another kind", ledger.opened());
        assertThat(arena.place(open(Category.OPTIMIZER, 300))).as("what an optimizer keeps is not placed unless it was seen to pass").isNull();
        long[] a = arena.place(open(Category.WORKSPACE, 700));
        Account large = open(Category.WORKSPACE, 900);
        assertThat(arena.place(large)).as("no room").isNull();
        arena.adopt(large);
        arena.release(a[0]);
        assertThat(arena.place(open(Category.WORKSPACE, 900))).isNotNull();
        assertThat(arena.use().fitted()).isEqualTo(1600);
        assertThat(arena.use().adopted()).isEqualTo(900);
        assertThat(arena.use().largest()).containsExactly(new Arena.Adopted("linear", "block.1", 900));
    }

    @Test
    void aPlaceThatIsTakenIsNeverGivenTwice() {
        Arena arena = new Arena(planned());
        arena.enter("kind", ledger.opened());
        Account a = open(Category.ACTIVATIONS, 1000);
        long[] first = arena.place(a);
        arena.enter("kind", ledger.opened());
        // the same account of the next step, while the tensor of the last one is still there
        assertThat(arena.place(open(Category.ACTIVATIONS, 1000))).isNull();
        arena.release(first[0]);
        arena.enter("kind", ledger.opened());
        assertThat(arena.place(open(Category.ACTIVATIONS, 1000))).isEqualTo(first);
    }

    @Test
    void betweenStepsNothingIsPlaced() {
        Arena arena = new Arena(planned());
        assertThat(arena.place(open(Category.WORKSPACE, 64))).isNull();
        arena.enter("kind", ledger.opened());
        arena.leave();
        assertThat(arena.place(open(Category.WORKSPACE, 64))).isNull();
    }

    @Test
    void theWorstKindSizesTheStorageAndTheOthersLieWithinIt() {
        ArenaPlan.Builder plan = new ArenaPlan.Builder(a -> !a.owner().equals("c"));
        plan.add("small", step(new Ledger(), new ArrayList<>()), 0);
        Ledger l = new Ledger();
        Account big = l.open(Category.WORKSPACE, Tier.DEVICE, "big", "linear", 10_000);
        l.close(big);
        plan.add("large", List.of(big), 77);
        ArenaPlan built = plan.build();
        assertThat(built.bytes()).isEqualTo(10_048);
        assertThat(built.waste()).isZero();
        assertThat(built.outside()).isEqualTo(1200);
        assertThat(built.adoptedShare()).isCloseTo(900.0 / 12_400, within(1e-12));
        assertThat(built.within(5000).bytes()).isEqualTo(5000);
    }

    @Property(tries = 200)
    void regionsNeverMeet(@ForAll long seed, @ForAll @IntRange(min = 1, max = 400) int n) {
        Random random = new Random(seed);
        Regions regions = new Regions();
        Map<Long, Long> live = new HashMap<>();
        long limit = 4000;
        for (int i = 0; i < n; i++) {
            long bytes = 1 + random.nextInt(300);
            if (random.nextInt(3) == 0 && !live.isEmpty()) {
                long begin = live.keySet().iterator().next();
                regions.release(begin);
                live.remove(begin);
            } else if (random.nextBoolean()) {
                long begin = random.nextInt(4000);
                boolean free = live.entrySet().stream().allMatch(e -> e.getValue() <= begin || begin + bytes <= e.getKey());
                assertThat(regions.take(begin, begin + bytes)).isEqualTo(free);
                if (free) {
                    live.put(begin, begin + bytes);
                }
            } else {
                long begin = regions.fit(bytes, limit + 300);
                if (begin >= 0) {
                    assertThat(live.entrySet()).allMatch(e -> e.getValue() <= begin || begin + bytes <= e.getKey());
                    live.put(begin, begin + bytes);
                }
            }
            assertThat(regions.taken()).isEqualTo(live.entrySet().stream().mapToLong(e -> e.getValue() - e.getKey()).sum());
        }
    }
}
