package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.data.BatchSource;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Methods;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.Validator;
import headroom.engine.recipe.adapter.TripletAdapter;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.gradient.Penalty;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** AdaLoRA at work: how many triplets speak after each step, which stay silent, and what holds them apart. */
class RankBudgetTest {
    private static final int STEPS = 20;
    private static final int RANK = 6;
    private static final int TARGET = 2;

    private static Recipe recipe(String... more) {
        Map<String, String> s = new HashMap<>(Map.of("batch", "8", "length", "24", "rank", "6", "target", "2", "alpha", "24", "every", "2", "rate", "1e-2", "first", "0.2", "last", "0.3"));
        for (int i = 0; i < more.length; i += 2) {
            s.put(more[i], more[i + 1]);
        }
        return Methods.recipe("adalora", s);
    }

    /** Numbers E of all sites, site by site. */
    private static List<float[]> numbers(Assembly a) {
        return ((TripletAdapter) a.adapter()).parts().stream().map(p -> a.compute().floats(p.e().data())).toList();
    }

    private static int speaking(List<float[]> numbers) {
        int n = 0;
        for (float[] site : numbers) {
            for (float e : site) {
                n += e != 0 ? 1 : 0;
            }
        }
        return n;
    }

    private static List<List<float[]>> run(Recipe recipe, Ledger ledger, int steps) {
        TinyTask t = TinyTask.decoder();
        List<List<float[]>> after = new ArrayList<>();
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe, t.maker(), t.task(), 11, STEPS)) {
            BatchSource data = t.batches(recipe.data().batch(), recipe.data().length(), 11);
            for (int step = 0; step < steps; step++) {
                List<DeviceBatch> micro = BatchUpload.of(c, data.next(), 1, true);
                a.step(step, micro);
                micro.forEach(DeviceBatch::close);
                after.add(numbers(a));
            }
        }
        return after;
    }

    @Test
    void asManyTripletsSpeakAsTheBudgetAllows() {
        Ledger ledger = new Ledger();
        List<List<float[]>> after = run(recipe(), ledger, STEPS);
        int sites = after.getFirst().size();
        int start = RANK * sites;
        int end = TARGET * sites;
        for (int step = 0; step < STEPS; step++) {
            int t = step + 1;
            int speaking = speaking(after.get(step));
            if (t <= 4) {
                assertThat(speaking).as("step %d, before the budget falls", t).isEqualTo(start);
            } else if (t < 14 && t % 2 == 0) {
                double left = 1 - (t - 4) / 10.0;
                assertThat(speaking).as("step %d, on the cubic", t).isEqualTo((int) (end + (start - end) * left * left * left));
            } else if (t >= 14) {
                assertThat(speaking).as("step %d, at the target", t).isEqualTo(end);
            }
        }
        assertThat(ledger.openAccounts()).isZero();
    }

    @Test
    void whatIsSwitchedOffMayGrowBackUntilTheChoiceStands() {
        List<List<float[]>> after = run(recipe(), new Ledger(), STEPS);
        assertThat(speaking(after.get(8))).as("a step after the choice of step 8, all are stepped").isEqualTo(RANK * after.getFirst().size());
        List<float[]> standing = after.get(13);
        for (int step = 14; step < STEPS; step++) {
            for (int site = 0; site < standing.size(); site++) {
                for (int j = 0; j < RANK; j++) {
                    assertThat(after.get(step).get(site)[j] == 0).as("step %d, site %d, triplet %d", step + 1, site, j).isEqualTo(standing.get(site)[j] == 0);
                }
            }
        }
        long distinct = standing.stream().map(RankBudgetTest::ranked).distinct().count();
        assertThat(distinct).as("sites end with different ranks").isGreaterThan(1);
    }

    private static long ranked(float[] site) {
        long n = 0;
        for (float e : site) {
            n += e != 0 ? 1 : 0;
        }
        return n;
    }

    @Test
    void scoresTakeEightBytesForEveryAddedElement() {
        TinyTask t = TinyTask.decoder();
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe(), t.maker(), t.task(), 11, STEPS)) {
            TripletAdapter adapter = (TripletAdapter) a.adapter();
            long elements = adapter.parameters().stream().mapToLong(p -> p.elements()).sum();
            long masks = adapter.parts().stream().mapToLong(p -> p.e().elements()).sum();
            assertThat(ledger.total(Category.OPTIMIZER)).isEqualTo(8 * elements + 4 * masks);
        }
    }

    @Test
    void orthogonalDirectionsHaveNoPenaltyAndThePenaltyPullsOthersTogether() {
        TinyTask t = TinyTask.decoder();
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, recipe(), t.maker(), t.task(), 11, STEPS)) {
            TripletAdapter adapter = (TripletAdapter) a.adapter();
            Penalty penalty = adapter.penalties().getFirst();
            // drawn with a deviation of 0.02 every Gram matrix is almost zero, so each of them is about √r away from I
            assertThat(penalty.value(c)).isBetween(0.5 * Math.sqrt(RANK) * 0.95, 0.5 * Math.sqrt(RANK) * 1.05);
            for (TripletAdapter.Part p : adapter.parts()) {
                unit(c, p.a().data(), true);
                unit(c, p.b().data(), false);
            }
            assertThat(penalty.value(c)).isZero();
        }
        assertThat(gramDistance(recipe("orthogonality", "20"))).isLessThan(0.9 * gramDistance(recipe("orthogonality", "0")));
    }

    /** How far the factors are from orthogonal after a few steps, by the same measure for both. */
    private static double gramDistance(Recipe recipe) {
        TinyTask t = TinyTask.decoder();
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, recipe, t.maker(), t.task(), 11, STEPS)) {
            BatchSource data = t.batches(recipe.data().batch(), recipe.data().length(), 11);
            for (int step = 0; step < STEPS; step++) {
                List<DeviceBatch> micro = BatchUpload.of(c, data.next(), 1, true);
                a.step(step, micro);
                micro.forEach(DeviceBatch::close);
            }
            double sum = 0;
            for (TripletAdapter.Part p : ((TripletAdapter) a.adapter()).parts()) {
                float[] m = c.floats(p.a().data());
                int in = (int) p.site().in();
                for (int i = 0; i < RANK; i++) {
                    for (int j = 0; j < RANK; j++) {
                        double dot = 0;
                        for (int k = 0; k < in; k++) {
                            dot += m[i * in + k] * m[j * in + k];
                        }
                        sum += (dot - (i == j ? 1 : 0)) * (dot - (i == j ? 1 : 0));
                    }
                }
            }
            return Math.sqrt(sum);
        }
    }

    /** Overwrites a factor with unit vectors along its long side. */
    private static void unit(TorchCompute c, Tensor t, boolean rows) {
        int columns = (int) t.dim(1);
        c.overwrite(t, () -> {
            ByteBuffer b = ByteBuffer.allocateDirect((int) t.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < t.elements(); i++) {
                b.putFloat(i / columns == i % columns ? 1 : 0);
            }
            return b.flip();
        });
        assertThat(t.dtype()).isEqualTo(DType.F32);
        assertThat(rows ? t.dim(0) : t.dim(1)).isEqualTo(RANK);
    }

    @Test
    void aBudgetSaysWhatItCannotDo() {
        TinyTask t = TinyTask.decoder();
        Recipe r = recipe();
        SelectorChoice.CubicBudget budget = (SelectorChoice.CubicBudget) r.selector();
        assertThatThrownBy(() -> Validator.require(r.with(new AdapterChoice.LowRank(4, 8, 0, List.of("all"))).with(budget), t.config())).hasMessageContaining("CubicBudget counts triplets")
                .hasMessageContaining("use adapter TripletLoRA");
        assertThatThrownBy(() -> Validator.require(recipe("target", "7"), t.config())).hasMessageContaining("falls to 7").hasMessageContaining("starts with 6");
        assertThatThrownBy(() -> Validator.require(recipe("first", "0.6", "last", "0.5"), t.config())).hasMessageContaining("shares 0.6 and 0.5");
        assertThatThrownBy(() -> Validator.require(r.with(r.optimizer().steppingInBackward(true)), t.config())).hasMessageContaining("orthogonality").hasMessageContaining("step at the boundary");
        assertThatThrownBy(() -> Validator.require(r.with(new GradientChoice.TwoPointEstimate(1e-3, 1, false)), t.config())).hasMessageContaining("CubicBudget judges by gradients");
        try (TorchCompute c = TorchCompute.cpu(new Ledger())) {
            assertThatThrownBy(() -> new Assembly(c, r, t.maker(), t.task(), 11, 0).close()).hasMessageContaining("no known end");
        }
    }
}
