package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.data.BatchSource;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.ComputeType;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.Decision;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.SelectorChoice.Amount;
import headroom.engine.recipe.SelectorChoice.MagnitudeSupport;
import headroom.engine.recipe.SelectorChoice.MagnitudeSupport.Pick;
import headroom.engine.recipe.SelectorChoice.RandomSupport;
import headroom.engine.recipe.SelectorChoice.RandomSupport.Unit;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Recipes that train parts of matrices, and runs in phases: planned = measured, stopped and resumed = never stopped, what is not selected stays bit-identical, they learn. */
class SupportRunTest {
    private static final int STEPS = 12;
    private static final long SEED = 11;
    private static final List<String> ALL = List.of("all");
    @TempDir
    Path folder;

    private static Recipe base() {
        OptimizerChoice adam = OptimizerChoice.adamW(1e-2);
        return Recipe.defaults().with(new DataChoice(16, 1, 32)).with(adam);
    }

    private static Recipe estimated(SelectorChoice s, boolean inPlace) {
        OptimizerChoice sgd = OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(2e-3, 0, OptimizerChoice.Schedule.Shape.CONSTANT));
        return base().with(s).with(new GradientChoice.TwoPointEstimate(1e-3, 2, inPlace)).with(new ActivationsChoice.ForwardOnly()).with(sgd);
    }

    private static RunChoice twoPhases() {
        return new RunChoice.Phases(List.of(RunChoice.Phase.share("columns", 0.4),
                RunChoice.Phase.share("entries", 0.3).with(new MagnitudeSupport(Pick.SMALLEST, Amount.share(0.2), ALL)).with(RunChoice.DataOrder.RESTART),
                RunChoice.Phase.steps("again", 0).with(new RandomSupport(Unit.ROWS, Amount.of(5), 2, ALL)).with(OptimizerChoice.adamW(5e-3)).with(RunChoice.HandOff.MODEL)),
                List.of(new RunChoice.Every(RunChoice.Clock.PHASE_STEP, 3, RunChoice.Action.RESET_OPTIMIZER)));
    }

    static Map<String, Recipe> recipes() {
        Map<String, Recipe> r = new LinkedHashMap<>();
        r.put("random columns", base().with(new RandomSupport(Unit.COLUMNS, Amount.of(8), 0, ALL)));
        r.put("random columns in bf16", base().with(ComputeType.BF16).with(new RandomSupport(Unit.COLUMNS, Amount.of(8), 0, ALL)));
        r.put("random rows, redrawn, state moves", base().with(new RandomSupport(Unit.ROWS, Amount.share(0.5), 4, ALL)).with(OptimizerChoice.adamW(1e-2).with(new OptimizerChoice.RemapSupport())));
        r.put("random entries, redrawn, state starts again", base().with(new RandomSupport(Unit.ENTRIES, Amount.share(0.3), 3, ALL)));
        r.put("random entries in bf16, redrawn, state moves", base().with(ComputeType.BF16).with(new RandomSupport(Unit.ENTRIES, Amount.share(0.3), 5, List.of("q", "v", "up", "down", "inner", "outer")))
                .with(OptimizerChoice.adamW(1e-2).with(new OptimizerChoice.RemapSupport())));
        OptimizerChoice aged = OptimizerChoice.adamW(1e-2).with(OptimizerChoice.AdamW.standard(0.01).withEntryClocks(true)).with(new OptimizerChoice.RemapSupport());
        r.put("random entries, redrawn, a clock for each", base().with(new RandomSupport(Unit.ENTRIES, Amount.share(0.3), 4, ALL)).with(aged));
        r.put("random columns in bf16, redrawn, a clock for each", base().with(ComputeType.BF16).with(new RandomSupport(Unit.COLUMNS, Amount.of(8), 5, ALL)).with(aged));
        r.put("top per row", base().with(new MagnitudeSupport(Pick.TOP_PER_ROW, Amount.of(5), ALL)));
        r.put("top per row, in the backward pass", base().with(new MagnitudeSupport(Pick.TOP_PER_ROW, Amount.of(5), ALL)).with(OptimizerChoice.adamW(1e-2).steppingInBackward(true)));
        r.put("smallest, accumulated, SGD", base().with(new MagnitudeSupport(Pick.SMALLEST, Amount.share(0.3), ALL)).with(new DataChoice(8, 2, 32))
                .with(OptimizerChoice.of(new OptimizerChoice.Sgd(0.9, false, 0), new OptimizerChoice.Schedule(0.02, 0, OptimizerChoice.Schedule.Shape.CONSTANT))));
        r.put("below a threshold", base().with(new MagnitudeSupport(Pick.BELOW, null, 0.015, ALL)));
        r.put("largest, 8-bit state", base().with(new MagnitudeSupport(Pick.LARGEST, Amount.share(0.3), ALL)).with(OptimizerChoice.adamW(1e-2).with(new OptimizerChoice.Dynamic8State(256, 64))));
        r.put("largest columns, chosen again", base().with(new MagnitudeSupport(Pick.LARGEST_COLUMNS, Amount.of(9), ALL)).with(
                new RunChoice.Phases(List.of(RunChoice.Phase.steps("all", 0)), List.of(new RunChoice.Every(RunChoice.Clock.STEP, 5, RunChoice.Action.SELECT_AGAIN))))
                .with(OptimizerChoice.adamW(1e-2).with(new OptimizerChoice.RemapSupport())));
        r.put("three phases", base().with(new RandomSupport(Unit.COLUMNS, Amount.of(8), 0, ALL)).with(twoPhases()));
        r.put("small weights estimated", estimated(new MagnitudeSupport(Pick.PREDICATE, Amount.share(0.6), List.of("all", "embeddings", "head")), false));
        r.put("random entries estimated", estimated(new RandomSupport(Unit.ENTRIES, Amount.share(0.5), 0, ALL), false));
        r.put("random columns estimated in place", estimated(new RandomSupport(Unit.COLUMNS, Amount.share(0.5), 6, ALL), true));
        r.put("largest gradients, measured first", base().with(new MagnitudeSupport(Pick.LARGEST, Amount.share(0.2), ALL).by(MagnitudeSupport.Score.GRADIENT))
                .with(RunChoice.Phases.after(new RunChoice.GradientScores(3))));
        r.put("top gradients per row in bf16, measured first, accumulated", base().with(ComputeType.BF16).with(new DataChoice(8, 2, 32))
                .with(new MagnitudeSupport(Pick.TOP_PER_ROW, Amount.of(4), ALL).by(MagnitudeSupport.Score.GRADIENT)).with(RunChoice.Phases.after(new RunChoice.GradientScores(2))));
        OptimizerChoice both = OptimizerChoice.adamW(1e-2);
        r.put("split, both passes feed", base().with(new GradientChoice.SplitEstimate(1, 1e-3, 0.01, GradientChoice.SplitEstimate.Feed.BOTH)).with(both));
        r.put("split, a third pass feeds, accumulated", base().with(new DataChoice(8, 2, 32)).with(new GradientChoice.SplitEstimate(2, 1e-3, 0.01, GradientChoice.SplitEstimate.Feed.CLEAN))
                .with(both.droppingOnFreeze()).with(new SelectorChoice.LayerwiseSampling(2, 5, true)));
        r.put("split with parts above and below, in the backward pass", base().with(new MagnitudeSupport(Pick.SMALLEST, Amount.share(0.5), ALL))
                .with(new GradientChoice.SplitEstimate(1, 1e-3, 0.01, GradientChoice.SplitEstimate.Feed.BOTH)).with(both.steppingInBackward(true)));
        return r;
    }

    static Stream<Arguments> runs() {
        return recipes().keySet().stream().flatMap(n -> Stream.of("encoder", "decoder").map(m -> Arguments.of(n, m)));
    }

    /** A run and all that is asked of it. */
    private record Run(List<Double> losses, Map<String, Double> evaluation, List<Rehearsal.Occasion> occasions, List<Decision> decisions, Ledger.Peak peak, Path checkpoint) {}

    private Run run(TinyTask t, Recipe recipe, int steps, int stopAfter, Path from, BitSet[] touched) throws Exception {
        Heard heard = new Heard(stopAfter);
        Ledger ledger = new Ledger();
        List<Decision> decisions;
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe, t.maker(), t.task(), SEED, steps)) {
            BatchSource data = t.batches(recipe.data().batch(), recipe.data().length(), SEED);
            Trainer trainer = new Trainer(a, data, new Trainer.Extent(steps, 0, 0, folder), heard.control, heard);
            if (from != null) {
                try (Checkpoint.Opened o = Checkpoint.open(from)) {
                    trainer.restore(o);
                }
            }
            Map<Parameter, byte[]> before = new LinkedHashMap<>();
            if (touched != null) {
                a.parameters().forEach(p -> before.put(p, bytes(c, p.data())));
            }
            BatchSource first = t.batches(recipe.data().batch(), recipe.data().length(), SEED);
            for (int i = 0; from == null && i < a.course().preparing(); i++) {
                heard.occasions.add(new Rehearsal.Occasion(-1 - i, true, first.next().shape()));
            }
            Trainer.End end = trainer.run();
            for (Batch b : end == Trainer.End.FINISHED ? data.heldOut() : List.<Batch>of()) {
                heard.occasions.add(new Rehearsal.Occasion(steps, false, b.shape()));
            }
            if (touched != null) {
                compare(a, before);
            }
            assertThat(ledger.total(Category.GRADIENTS)).isZero();
            assertThat(ledger.total(Category.ACTIVATIONS)).isZero();
            decisions = a.decisions();
        }
        assertThat(ledger.openAccounts()).isZero();
        assertThat(ledger.total()).isZero();
        return new Run(heard.losses, heard.evaluation, heard.occasions, decisions, ledger.peak(), heard.checkpoint);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("runs")
    void theRunNeedsWhatWasPlannedToTheByte(String name, String model) throws Exception {
        TinyTask t = task(model);
        Recipe recipe = recipes().get(name);
        Run run = run(t, recipe, STEPS, -1, null, null);
        Ledger.Peak planned = Rehearsal.peakOf(recipe, t.maker(), t.task(), SEED, STEPS, run.occasions(), run.decisions());
        assertThat(run.peak().bytes()).isEqualTo(planned.bytes());
        assertThat(run.peak().byCategory()).isEqualTo(planned.byCategory());
        assertThat(run.decisions().isEmpty()).isEqualTo(!name.equals("below a threshold"));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("runs")
    void stoppedAnywhereAndResumedItRepeatsTheLossesOfAnUninterruptedRun(String name, String model) throws Exception {
        TinyTask t = task(model);
        Recipe recipe = recipes().get(name);
        Run whole = run(t, recipe, STEPS, -1, null, null);
        for (int stop : name.equals("three phases") ? new int[] {3, 5, 6, 8, 9, 10} : new int[] {4, 6}) {
            Run first = run(t, recipe, STEPS, stop, null, null);
            Run second = run(t, recipe, STEPS, -1, first.checkpoint(), null);
            List<Double> joined = new ArrayList<>(first.losses());
            joined.addAll(second.losses());
            assertThat(joined).as("stopped after %d", stop).isEqualTo(whole.losses());
            assertThat(second.evaluation()).isEqualTo(whole.evaluation());
            assertThat(second.decisions()).isEqualTo(whole.decisions()).allMatch(Decision::isMeasured);
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("runs")
    void itLearnsAndLeavesEveryOtherElementBitIdentical(String name, String model) throws Exception {
        Recipe recipe = recipes().get(name);
        boolean estimated = recipe.gradient() instanceof GradientChoice.TwoPointEstimate;
        int steps = estimated ? 150 : 24;
        Run run = run(task(model), recipe, steps, -1, null, new BitSet[0]);
        int window = steps / 4;
        double start = run.losses().subList(0, window).stream().mapToDouble(d -> d).average().orElseThrow();
        double end = run.losses().subList(steps - window, steps).stream().mapToDouble(d -> d).average().orElseThrow();
        assertThat(end).isLessThan(start);
    }

    /** A step of plain descent at rate 1 from the same weights on the same batch moves each weight by its gradient. */
    @org.junit.jupiter.api.Test
    void whatIsChosenByGradientsHasTheLargestOnes() throws Exception {
        TinyTask t = TinyTask.decoder();
        Recipe scored = recipes().get("largest gradients, measured first").with(RunChoice.Phases.after(new RunChoice.GradientScores(1)));
        Recipe descent = base().with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(1, 0, OptimizerChoice.Schedule.Shape.CONSTANT)));
        Map<String, float[]> moved = new LinkedHashMap<>();
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, descent, t.maker(), t.task(), SEED, 4); Assembly b = new Assembly(c, scored, t.maker(), t.task(), SEED, 4)) {
            a.parameters().forEach(p -> moved.put(p.path(), c.floats(p.data())));
            var batch = headroom.engine.recipe.data.BatchUpload.of(c, t.batches(16, 32, SEED).next(), 1, true);
            a.step(0, batch);
            b.prepare(0, batch);
            batch.forEach(headroom.engine.recipe.data.DeviceBatch::close);
            a.parameters().forEach(p -> {
                float[] g = moved.get(p.path());
                float[] w = c.floats(p.data());
                for (int i = 0; i < g.length; i++) {
                    g[i] = Math.abs(g[i] - w[i]);
                }
            });
            for (Parameter p : b.trainables(0).parameters()) {
                ByteBuffer ids = c.download(b.trainables(0).supportOf(p).ids());
                int k = ids.remaining() / 4;
                float[] g = moved.get(p.path());
                float[] sorted = g.clone();
                java.util.Arrays.sort(sorted);
                float least = sorted[sorted.length - k];
                for (int i = 0; i < k; i++) {
                    // weights are rounded after the step, so the last places of a gradient are not told by it
                    assertThat(g[ids.getInt(4 * i)]).isGreaterThanOrEqualTo(least - 1e-6f);
                }
            }
            assertThat(c.ledger().total(Category.GRADIENTS)).isZero();
        }
    }

    /** Of what trained last: what lies outside the support has not moved, and what lies inside has. Redrawn supports only bound how much moved. */
    private static void compare(Assembly a, Map<Parameter, byte[]> before) {
        Compute c = a.compute();
        var trainables = a.trainables(1_000_000);
        boolean once = (a.recipe().run() instanceof RunChoice.SinglePhase || a.course().preparing() > 0) && !(a.recipe().selector() instanceof RandomSupport r && r.every() > 0)
                && !(a.recipe().selector() instanceof SelectorChoice.LayerwiseSampling);
        for (Map.Entry<Parameter, byte[]> e : before.entrySet()) {
            Parameter p = e.getKey();
            byte[] was = e.getValue();
            byte[] is = bytes(c, p.data());
            int size = p.dtype().bytes();
            BitSet allowed = trainables.trains(p) ? elements(c, p, trainables.supportOf(p), was) : new BitSet();
            int moved = 0;
            for (int i = 0; i < was.length / size; i++) {
                boolean same = true;
                for (int k = 0; k < size; k++) {
                    same &= was[i * size + k] == is[i * size + k];
                }
                moved += same ? 0 : 1;
                assertThat(!once || same || allowed.get(i)).as("element %d of %s", i, p.path()).isTrue();
            }
            if (!trainables.trains(p) && !(a.recipe().selector() instanceof SelectorChoice.LayerwiseSampling)) {
                assertThat(moved).as(p.path()).isZero();
            } else if (once && p.role() == Parameter.Role.MATRIX) {
                assertThat(moved).as(p.path()).isGreaterThan(allowed.cardinality() / 2);
            }
        }
    }

    private static BitSet elements(Compute c, Parameter p, Support s, byte[] was) {
        BitSet in = new BitSet();
        if (s.isAll()) {
            in.set(0, (int) p.elements());
        } else if (s instanceof Support.Below b) {
            ByteBuffer v = ByteBuffer.wrap(was).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < p.elements(); i++) {
                in.set(i, Math.abs(v.getFloat(4 * i)) <= b.theta());
            }
        } else {
            try (Tensor zeros = c.zeros(Category.DATA, "mask", DType.F32, p.shape()); Tensor ones = c.zeros(Category.DATA, "mask", DType.F32, s.shape(p.shape()))) {
                c.apply(headroom.engine.compute.kernel.CoreKernels.FILL_INTO, ones, 1.0);
                s.write(c, zeros, ones);
                float[] mask = c.floats(zeros);
                for (int i = 0; i < mask.length; i++) {
                    in.set(i, mask[i] == 1);
                }
            }
        }
        return in;
    }

    private static byte[] bytes(Compute c, Tensor t) {
        ByteBuffer b = c.download(t);
        byte[] out = new byte[b.remaining()];
        b.get(out);
        return out;
    }

    private static TinyTask task(String model) {
        return model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
    }

    private static final class Heard implements RunListener {
        private final int stopAfter;
        private final Control control = new Control();
        private final List<Double> losses = new ArrayList<>();
        private final List<Rehearsal.Occasion> occasions = new ArrayList<>();
        private Map<String, Double> evaluation;
        private Path checkpoint;

        Heard(int stopAfter) {
            this.stopAfter = stopAfter;
        }

        @Override
        public void started(long fromStep, long toStep) {}

        @Override
        public void stepped(Step step) {
            losses.add(step.loss());
            occasions.add(new Rehearsal.Occasion(step.step() - 1, true, step.shape()));
            if (losses.size() == stopAfter) {
                control.stop();
            }
        }

        @Override
        public void evaluated(long step, Map<String, Double> metrics, double seconds) {
            evaluation = metrics;
        }

        @Override
        public void checkpointed(long step, Checkpoint.Written written, double seconds) {
            checkpoint = written.folder();
        }

        @Override
        public void paused(long step) {}

        @Override
        public void resumed(long step) {}
    }
}
