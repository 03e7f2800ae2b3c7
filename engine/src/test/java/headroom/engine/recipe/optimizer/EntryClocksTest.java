package headroom.engine.recipe.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Supports that change while state follows, against a reference of its own: an AdamW over the whole matrix in float64 in which only the entries that train are stepped, each with
 * moments and a number of steps of its own, and what stops training forgets both.
 */
class EntryClocksTest {
    private static final int ROWS = 6;
    private static final int COLUMNS = 7;
    private static final OptimizerChoice.AdamW ADAM = new OptimizerChoice.AdamW(0.9, 0.99, 1e-6, false, 0.1, true);

    /** What is chosen. */
    enum Kind {
        COLUMN_SET, ROW_SET, ENTRY_SET, PER_ROW
    }

    /** A reference that knows no list of ids. */
    private static final class Dense {
        private final double[] w = new double[ROWS * COLUMNS];
        private final double[] m = new double[ROWS * COLUMNS];
        private final double[] v = new double[ROWS * COLUMNS];
        private final int[] age = new int[ROWS * COLUMNS];

        void step(boolean[] trains, IntToDoubleFunction g, double rate, OptimizerChoice.AdamW a) {
            for (int i = 0; i < w.length; i++) {
                if (!trains[i]) {
                    m[i] = 0;
                    v[i] = 0;
                    age[i] = 0;
                    continue;
                }
                age[i]++;
                m[i] = a.beta1() * m[i] + (1 - a.beta1()) * g.applyAsDouble(i);
                v[i] = a.beta2() * v[i] + (1 - a.beta2()) * g.applyAsDouble(i) * g.applyAsDouble(i);
                double c1 = 1 - Math.pow(a.beta1(), age[i]);
                double c2 = 1 - Math.pow(a.beta2(), age[i]);
                double root = a.epsilonBeforeCorrection() ? (Math.sqrt(v[i]) + a.epsilon()) / Math.sqrt(c2) : Math.sqrt(v[i] / c2) + a.epsilon();
                w[i] = w[i] * (1 - rate * a.decay()) - rate * m[i] / c1 / root;
            }
        }
    }

    /** The ids of an interval: a draw of each kind, so that some stay and some go. */
    private static int[] ids(Kind kind, int interval) {
        return switch (kind) {
            case COLUMN_SET -> drawn(interval, COLUMNS, 4);
            case ROW_SET -> drawn(interval, ROWS, 3);
            case ENTRY_SET -> drawn(interval, ROWS * COLUMNS, 20);
            case PER_ROW -> IntStream.range(0, ROWS).flatMap(r -> Arrays.stream(drawn(100L * interval + r, COLUMNS, 3))).toArray();
        };
    }

    private static int[] drawn(long key, int n, int k) {
        return Arrays.stream(Keys.permutation(key, n)).limit(k).sorted().toArray();
    }

    private static boolean[] mask(Kind kind, int[] ids) {
        boolean[] in = new boolean[ROWS * COLUMNS];
        for (int i = 0; i < in.length; i++) {
            int at = i;
            in[i] = switch (kind) {
                case COLUMN_SET -> Arrays.stream(ids).anyMatch(id -> id == at % COLUMNS);
                case ROW_SET -> Arrays.stream(ids).anyMatch(id -> id == at / COLUMNS);
                case ENTRY_SET -> Arrays.stream(ids).anyMatch(id -> id == at);
                case PER_ROW -> Arrays.stream(ids, at / COLUMNS * 3, at / COLUMNS * 3 + 3).anyMatch(id -> id == at % COLUMNS);
            };
        }
        return in;
    }

    private static Support support(Steps s, Kind kind, int[] ids) {
        Shape shape = kind == Kind.PER_ROW ? Shape.of(ROWS, 3) : Shape.of(ids.length);
        Tensor list = s.compute.upload(Category.OPTIMIZER, "selector.w", DType.I32, shape, () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
            b.asIntBuffer().put(ids);
            return b;
        });
        return switch (kind) {
            case COLUMN_SET -> new Support.Columns(list);
            case ROW_SET -> new Support.RowSet(list);
            case ENTRY_SET -> new Support.Entries(list);
            case PER_ROW -> new Support.PerRow(list);
        };
    }

    private static IntToDoubleFunction gradient(long step) {
        return Steps.noise(Keys.key(step, "gradient", "w", 0));
    }

    /** Publishes another support as a selector does: the ids of before are let go first. */
    private static Support publish(Steps s, Parameter p, Support before, Support now) {
        if (before != null) {
            before.close();
        }
        s.trainables = Trainables.of(Map.of(p, new Trainables.Trained(now, "main")), Set.of());
        return now;
    }

    @ParameterizedTest
    @CsvSource({"COLUMN_SET,false", "ROW_SET,false", "ENTRY_SET,false", "PER_ROW,false", "ENTRY_SET,true", "COLUMN_SET,true"})
    void stateFollowsTheEntriesThatTrainOnAndEachCountsItsOwnSteps(Kind kind, boolean before) {
        OptimizerChoice.AdamW adam = new OptimizerChoice.AdamW(0.9, 0.99, before ? 1e-2 : 1e-6, before, 0.1, true);
        OptimizerChoice choice = Steps.constant(0.05, adam).with(new OptimizerChoice.RemapSupport());
        Dense dense = new Dense();
        try (Steps s = new Steps(choice)) {
            Parameter p = s.add("w", Parameter.Role.MATRIX, DType.F32, Steps.noise(1), ROWS, COLUMNS);
            Arrays.setAll(dense.w, Steps.noise(1)::applyAsDouble);
            Support now = null;
            for (int step = 0; step < 20; step++) {
                int[] ids = ids(kind, step / 4);
                if (step % 4 == 0) {
                    now = publish(s, p, now, support(s, kind, ids));
                }
                s.step("w", gradient(step));
                dense.step(mask(kind, ids), gradient(step), 0.05, adam);
                float[] w = s.weight("w");
                for (int i = 0; i < w.length; i++) {
                    assertThat((double) w[i]).as("entry %d after step %d", i, step).isCloseTo(dense.w[i], within(2e-5));
                }
            }
            now.close();
        }
    }

    /** Two moments and an age of four bytes for each entry that trains, and nothing else. */
    @Test
    void anAgeTakesFourBytesAnEntry() {
        try (Steps s = new Steps(Steps.constant(0.05, ADAM).with(new OptimizerChoice.RemapSupport()))) {
            Parameter p = s.add("w", Parameter.Role.MATRIX, DType.F32, Steps.noise(1), ROWS, COLUMNS);
            Support some = publish(s, p, null, support(s, Kind.ENTRY_SET, ids(Kind.ENTRY_SET, 0)));
            s.step("w", gradient(0));
            assertThat(s.ledger.total(Category.OPTIMIZER)).isEqualTo(20 * (4 + 4 + 4) + 20 * 4);
            some.close();
        }
    }

    /** With one clock for the tensor newcomers are corrected as if they had trained all along, and step further. */
    @Test
    void oneClockForTheTensorStepsNewEntriesOtherwise() {
        float[][] w = new float[2][];
        for (boolean own : new boolean[] {false, true}) {
            try (Steps s = new Steps(Steps.constant(0.05, ADAM.withEntryClocks(own)).with(new OptimizerChoice.RemapSupport()))) {
                Parameter p = s.add("w", Parameter.Role.MATRIX, DType.F32, Steps.noise(1), ROWS, COLUMNS);
                Support now = publish(s, p, null, support(s, Kind.COLUMN_SET, new int[] {0, 1}));
                for (int step = 0; step < 10; step++) {
                    s.step("w", i -> 1);
                }
                now = publish(s, p, now, support(s, Kind.COLUMN_SET, new int[] {1, 2}));
                s.step("w", i -> 1);
                w[own ? 1 : 0] = s.weight("w");
                now.close();
            }
        }
        IntToDoubleFunction start = Steps.noise(1);
        // a constant gradient of 1: a corrected step is one of the whole rate, beside the decay
        assertThat((double) w[1][2]).isCloseTo(start.applyAsDouble(2) * (1 - 0.05 * 0.1) - 0.05, within(1e-5));
        assertThat((double) w[0][2]).isNotCloseTo((double) w[1][2], within(1e-3));
        assertThat((double) w[0][1]).isCloseTo(w[1][1], within(1e-5));
    }

    @Test
    void agesAreSavedAndRestoredWithTheState() {
        OptimizerChoice choice = Steps.constant(0.05, ADAM).with(new OptimizerChoice.RemapSupport());
        float[] whole;
        Steps.Saved saved;
        float[] middle;
        try (Steps s = new Steps(choice)) {
            Parameter p = s.add("w", Parameter.Role.MATRIX, DType.F32, Steps.noise(1), ROWS, COLUMNS);
            Support now = publish(s, p, null, support(s, Kind.ENTRY_SET, ids(Kind.ENTRY_SET, 0)));
            s.step("w", gradient(0));
            now = publish(s, p, now, support(s, Kind.ENTRY_SET, ids(Kind.ENTRY_SET, 1)));
            s.step("w", gradient(1));
            saved = s.saved();
            assertThat(saved.names()).anyMatch(n -> n.endsWith(".age"));
            middle = s.weight("w");
            s.step("w", gradient(2));
            whole = s.weight("w");
            now.close();
        }
        try (Steps s = new Steps(choice)) {
            Parameter p = s.add("w", Parameter.Role.MATRIX, DType.F32, i -> middle[i], ROWS, COLUMNS);
            Support now = publish(s, p, null, support(s, Kind.ENTRY_SET, ids(Kind.ENTRY_SET, 1)));
            s.optimizer.adopt(s.trainables);
            s.optimizer.restore(saved, Set.of(p));
            s.step = 2;
            s.step("w", gradient(2));
            assertThat(s.weight("w")).containsExactly(whole);
            now.close();
        }
    }
}
