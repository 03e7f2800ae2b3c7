package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.data.BatchSource;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Method;
import headroom.engine.method.Methods;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every method of the catalogue must hold, on an encoder and a decoder: planned = measured, nothing left over, stopped and resumed = never stopped, it learns. */
class MethodRunTest {
    private static final int STEPS = 14;
    @TempDir
    Path folder;

    static Stream<Arguments> runs() {
        return Methods.all().stream().flatMap(m -> Stream.of("encoder", "decoder").flatMap(model -> Stream.of("f32", "bf16")
                .filter(type -> !(!m.exact() && type.equals("bf16"))).map(type -> Arguments.of(m, model, type))));
    }

    private static Recipe recipe(Method m, String compute) {
        Map<String, String> s = new HashMap<>(Map.of("batch", "16", "length", "32", "compute", compute, "rate", "3e-3"));
        s.putAll(m.trial());
        return Methods.recipe(m.id(), s);
    }

    /** Listens and remembers. */
    private static final class Heard implements RunListener {
        final List<Double> losses = new ArrayList<>();
        final Map<Long, Map<String, Double>> evals = new LinkedHashMap<>();
        final List<Rehearsal.Occasion> occasions = new ArrayList<>();
        final List<Path> checkpoints = new ArrayList<>();
        Runnable afterStep = () -> { };

        @Override
        public void started(long fromStep, long toStep) {
            assertThat(fromStep).isLessThan(toStep);
        }

        @Override
        public void stepped(Step step) {
            losses.add(step.loss());
            occasions.add(new Rehearsal.Occasion(step.step() - 1, true, step.shape()));
            afterStep.run();
        }

        @Override
        public void evaluated(long step, Map<String, Double> metrics, double seconds) {
            evals.put(step, metrics);
        }

        @Override
        public void checkpointed(long step, Checkpoint.Written written, double seconds) {
            checkpoints.add(written.folder());
        }

        @Override
        public void paused(long step) {}

        @Override
        public void resumed(long step) {}
    }

    private static TinyTask task(String model) {
        return model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
    }

    private Heard run(TinyTask t, Recipe recipe, Ledger ledger, Path checkpoints, Path from, int stopAfter) throws Exception {
        return run(t, recipe, ledger, checkpoints, from, stopAfter, STEPS);
    }

    private Heard run(TinyTask t, Recipe recipe, Ledger ledger, Path checkpoints, Path from, int stopAfter, int steps) throws Exception {
        Heard heard = new Heard();
        Control control = new Control();
        heard.afterStep = () -> {
            if (heard.losses.size() == stopAfter) {
                control.stop();
            }
        };
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe, t.maker(), t.task(), 11, steps)) {
            BatchSource data = t.batches(recipe.data().batch(), recipe.data().length(), 11);
            Trainer trainer = new Trainer(a, data, new Trainer.Extent(steps, 7, 0, checkpoints), control, heard);
            if (from != null) {
                try (Checkpoint.Opened o = Checkpoint.open(from)) {
                    trainer.restore(o);
                }
            }
            trainer.run();
            for (Batch b : data.heldOut()) {
                heard.occasions.add(new Rehearsal.Occasion(steps, false, b.shape()));
            }
            assertThat(ledger.total(Category.GRADIENTS)).isZero();
            assertThat(ledger.total(Category.ACTIVATIONS)).isZero();
        }
        return heard;
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("runs")
    void theRunNeedsWhatWasPlannedToTheByteAndLeavesNothing(Method m, String model, String compute) throws Exception {
        TinyTask t = task(model);
        Recipe recipe = recipe(m, compute);
        Ledger ledger = new Ledger();
        Heard heard = run(t, recipe, ledger, null, null, -1);
        Ledger.Peak planned = Rehearsal.peakOf(recipe, t.maker(), t.task(), 11, STEPS, heard.occasions);
        assertThat(ledger.peak().bytes()).isEqualTo(planned.bytes());
        assertThat(ledger.peak().byCategory()).isEqualTo(planned.byCategory());
        assertThat(ledger.total()).isZero();
        assertThat(ledger.openAccounts()).isZero();
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("runs")
    void aStoppedAndResumedRunRepeatsTheLossesOfAnUninterruptedOne(Method m, String model, String compute) throws Exception {
        TinyTask t = task(model);
        Recipe recipe = recipe(m, compute);
        Heard whole = run(t, recipe, new Ledger(), null, null, -1);
        Heard first = run(t, recipe, new Ledger(), folder, null, 6);
        assertThat(first.losses).hasSize(6);
        Heard second = run(t, recipe, new Ledger(), folder, first.checkpoints.getLast(), -1);
        List<Double> joined = new ArrayList<>(first.losses);
        joined.addAll(second.losses);
        assertThat(joined).isEqualTo(whole.losses);
        assertThat(second.evals.get((long) STEPS)).isEqualTo(whole.evals.get((long) STEPS));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("runs")
    void itLearns(Method m, String model, String compute) throws Exception {
        // an estimate along one direction needs many steps to be told from noise
        int steps = m.exact() ? STEPS : 240;
        int window = steps / 5;
        Heard heard = run(task(model), recipe(m, compute), new Ledger(), null, null, -1, steps);
        double start = heard.losses.subList(0, window).stream().mapToDouble(d -> d).average().orElseThrow();
        double end = heard.losses.subList(steps - window, steps).stream().mapToDouble(d -> d).average().orElseThrow();
        assertThat(end).isLessThan(start);
    }
}
