package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.Keys;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.Draws;
import headroom.engine.data.Batch;
import headroom.engine.memory.Ledger;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.SelectorChoice.Amount;
import headroom.engine.recipe.SelectorChoice.MagnitudeSupport;
import headroom.engine.recipe.SelectorChoice.RandomSupport;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.optimizer.Direction;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sparse MeZO's masked direction: what it moves, that it moves nothing else, and that the mask takes no memory. */
class SparseEstimateTest {
    private static Recipe estimated(SelectorChoice s, double rate) {
        return Recipe.defaults().with(new DataChoice(16, 1, 32)).with(s).with(new GradientChoice.TwoPointEstimate(1e-3, 1, false)).with(new ActivationsChoice.ForwardOnly())
                .with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(rate, 0, OptimizerChoice.Schedule.Shape.CONSTANT)));
    }

    private static SelectorChoice small(double share) {
        return new MagnitudeSupport(MagnitudeSupport.Pick.PREDICATE, Amount.share(share), List.of("all"));
    }

    /** Steps of a recipe on the decoder: the losses, and every matrix of the blocks at the end. */
    private record Run(List<Double> losses, Map<String, float[]> matrices, List<Long> active) {}

    private static Run run(Recipe recipe, int steps) {
        TinyTask t = TinyTask.decoder();
        List<Double> losses = new ArrayList<>();
        List<Long> active = new ArrayList<>();
        Map<String, float[]> matrices = new LinkedHashMap<>();
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, recipe, t.maker(), t.task(), 11, steps)) {
            var data = t.batches(16, 32, 11);
            for (int s = 0; s < steps; s++) {
                List<DeviceBatch> batch = BatchUpload.of(c, data.next(), 1, true);
                losses.add(a.step(s, batch).loss());
                batch.forEach(DeviceBatch::close);
                Trainables trainables = a.trainables(s);
                active.add(trainables.parameters().stream().mapToLong(p -> trainables.supportOf(p) instanceof Support.Below b ? small(c.floats(p.data()), b.theta()) : 0).sum());
            }
            a.model().sites().forEach(site -> site.weight().parameters().forEach(p -> matrices.put(p.path(), c.floats(p.data()))));
        }
        return new Run(losses, matrices, active);
    }

    private static long small(float[] w, double theta) {
        long n = 0;
        for (float x : w) {
            n += Math.abs(x) <= theta ? 1 : 0;
        }
        return n;
    }

    @Test
    void withTheWholeShareItIsTheUnmaskedEstimateBitForBit() {
        // one step: an element that grows past the largest start is frozen in the next
        Run masked = run(estimated(small(1), 1e-3), 1);
        Run whole = run(estimated(new RandomSupport(RandomSupport.Unit.ENTRIES, Amount.share(1), 0, List.of("all")), 1e-3), 1);
        assertThat(masked.losses()).isEqualTo(whole.losses());
        whole.matrices().forEach((path, w) -> assertThat(masked.matrices().get(path)).as(path).containsExactly(w));
    }

    @Test
    void bothPassesLeaveTheWeightsAsTheyAre() {
        Run still = run(estimated(small(0.5), 0), 3);
        Run fresh = run(estimated(small(0.5), 0), 1);
        still.matrices().forEach((path, w) -> assertThat(w).as(path).containsExactly(fresh.matrices().get(path)));
    }

    @Test
    void anElementThatGrowsPastItsThresholdDoesNotComeBack() {
        List<Long> active = run(estimated(small(0.5), 5e-3), 30).active();
        assertThat(active).isSortedAccordingTo((a, b) -> Long.compare(b, a));
        assertThat(active.getLast()).isLessThan(active.getFirst());
    }

    @Test
    void aMatrixIsSeenMovedAlongTheMaskedDirectionAlone() {
        TinyTask t = TinyTask.decoder();
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, estimated(small(0.4), 1e-3), t.maker(), t.task(), 11, 4)) {
            Trainables trainables = a.trainables(0);
            Direction z = new Direction(11, 3, 0);
            for (Parameter p : trainables.parameters()) {
                double theta = ((Support.Below) trainables.supportOf(p)).theta();
                float[] w = c.floats(p.data());
                long key = Keys.key(11, "direction 0", p.path(), 3);
                try (Tensor seen = z.seen(trainables, 1e-2).of(c, p)) {
                    float[] moved = c.floats(seen);
                    for (int i = 0; i < w.length; i++) {
                        double expected = w[i] + (Math.abs(w[i]) <= theta ? 1e-2 * Draws.normal(key, i) : 0);
                        assertThat((double) moved[i]).as("%s[%d]", p.path(), i).isCloseTo(expected, within(1e-6));
                    }
                }
                assertThat(c.floats(p.data())).containsExactly(w);
                assertThat((double) small(w, theta) / w.length).isCloseTo(0.4, within(1 / Math.sqrt(w.length)));
            }
        }
    }

    /** Against the estimate over the same matrices with every element in it. */
    @Test
    void theMaskTakesLessThanOneTile() {
        TinyTask t = TinyTask.decoder();
        Batch.Shape shape = t.batches(16, 32, 11).worst();
        long whole = peak(t, estimated(new MagnitudeSupport(MagnitudeSupport.Pick.PREDICATE, Amount.share(1), List.of("all")), 1e-3), shape);
        Recipe all = Recipe.defaults().with(new DataChoice(16, 1, 32)).with(new GradientChoice.TwoPointEstimate(1e-3, 1, false)).with(new ActivationsChoice.ForwardOnly())
                .with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(1e-3, 0, OptimizerChoice.Schedule.Shape.CONSTANT)));
        assertThat(whole - peak(t, all, shape)).isLessThan(65_536 * 4L);
    }

    private static long peak(TinyTask t, Recipe r, Batch.Shape shape) {
        return Rehearsal.peakOf(r, t.maker(), t.task(), 11, 4, List.of(new Rehearsal.Occasion(0, true, shape), new Rehearsal.Occasion(1, true, shape))).bytes();
    }

    @Test
    void whatIsDrawnOfAMatrixIsDrawnOnceEach() {
        for (int n : new int[] {1, 2, 3, 1000, 4096, 65_537}) {
            int k = Math.max(1, n / 3);
            TinyTask t = TinyTask.decoder();
            try (TorchCompute c = TorchCompute.cpu(new Ledger());
                    Assembly a = new Assembly(c, Recipe.defaults().with(new DataChoice(16, 1, 32)).with(new RandomSupport(RandomSupport.Unit.ENTRIES, Amount.of(k), 0, List.of("all"))), t.maker(), t.task(), n, 4)) {
                for (Parameter p : a.trainables(0).parameters()) {
                    ByteBuffer ids = c.download(a.trainables(0).supportOf(p).ids());
                    int before = -1;
                    for (int i = 0; i < Math.min(k, p.elements()); i++) {
                        assertThat(ids.getInt(4 * i)).isGreaterThan(before).isLessThan((int) p.elements());
                        before = ids.getInt(4 * i);
                    }
                }
            }
        }
    }
}
