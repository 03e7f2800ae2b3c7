package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.BatchSource;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import headroom.engine.method.Methods;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.WeightPresets;
import headroom.engine.recipe.WeightsChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs over every form of the weights slot: planned = measured, nothing left over, stopped and resumed = never stopped, it learns. */
class StoredWeightsRunTest {
    private static final int STEPS = 12;
    @TempDir
    Path folder;

    static Stream<Recipe> recipes() {
        Map<String, String> size = Map.of("batch", "16", "length", "32", "rate", "3e-3");
        Recipe lora = Methods.recipe("lora", size);
        Recipe full = Methods.recipe("full", size);
        return Stream.concat(WeightPresets.words().stream().filter(w -> !w.equals("dense")).map(w -> lora.with(WeightPresets.of(w))),
                Stream.of(lora.with(new WeightsChoice.HostBlock(WeightsChoice.StoredType.BF16, 1)),
                        Methods.recipe("lora", Map.of("batch", "16", "length", "32", "rate", "3e-3", "checkpointing", "1", "weights", "host")), lora.with(WeightPresets.of("int3").withGroup(16).withTile(8)), full.with(WeightPresets.of("bf16")), full.with(WeightPresets.of("factored")),
                        full.with(WeightPresets.of("factored-sparse").withTile(8)), full.with(WeightPresets.of("2:4")), full.with(WeightPresets.of("cut")),
                        lora.with(new WeightsChoice.Cut(0.5, 0.5, List.of(), WeightPresets.of("nf4"))),
                        full.with(new WeightsChoice.IntegerCodes(4, 16, false, WeightsChoice.ScaleType.F32, true, 0))));
    }

    private record Outcome(List<Double> losses, List<Rehearsal.Occasion> occasions, Path checkpoint) {}

    private Outcome run(Recipe recipe, Ledger ledger, Path from, int stopAfter) throws Exception {
        TinyTask t = TinyTask.decoder();
        List<Double> losses = new ArrayList<>();
        List<Rehearsal.Occasion> occasions = new ArrayList<>();
        List<Path> checkpoints = new ArrayList<>();
        Control control = new Control();
        RunListener listener = new RunListener() {
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
            public void evaluated(long step, Map<String, Double> metrics, double seconds) {}

            @Override
            public void checkpointed(long step, Checkpoint.Written written, double seconds) {
                checkpoints.add(written.folder());
            }

            @Override
            public void paused(long step) {}

            @Override
            public void resumed(long step) {}
        };
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe, t.maker(), t.task(), 11, STEPS)) {
            BatchSource data = t.batches(recipe.data().batch(), recipe.data().length(), 11);
            Trainer trainer = new Trainer(a, data, new Trainer.Extent(STEPS, 0, 0, folder), control, listener);
            if (from != null) {
                try (Checkpoint.Opened o = Checkpoint.open(from)) {
                    trainer.restore(o);
                }
            }
            trainer.run();
            data.heldOut().forEach(b -> occasions.add(new Rehearsal.Occasion(STEPS, false, b.shape())));
            long stored = a.model().sites().stream().mapToLong(s -> s.weight().bytes()).sum();
            assertThat(ledger.total(Category.WEIGHTS) + ledger.total(Tier.HOST)).isGreaterThan(stored);
        }
        return new Outcome(losses, occasions, checkpoints.isEmpty() ? null : checkpoints.getLast());
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("recipes")
    void itNeedsWhatWasPlannedLearnsAndResumes(Recipe recipe) throws Exception {
        Ledger ledger = new Ledger();
        Outcome whole = run(recipe, ledger, null, -1);
        TinyTask t = TinyTask.decoder();
        Ledger.Peak planned = Rehearsal.peakOf(recipe, t.maker(), t.task(), 11, STEPS, whole.occasions);
        assertThat(ledger.peak().bytes()).isEqualTo(planned.bytes());
        assertThat(ledger.peak().byCategory()).isEqualTo(planned.byCategory());
        assertThat(ledger.total()).isZero();
        assertThat(ledger.openAccounts()).isZero();
        assertThat(whole.losses.getLast()).isLessThan(whole.losses.getFirst());
        Outcome first = run(recipe, new Ledger(), null, 5);
        Outcome second = run(recipe, new Ledger(), first.checkpoint, -1);
        List<Double> joined = new ArrayList<>(first.losses);
        joined.addAll(second.losses);
        assertThat(joined).isEqualTo(whole.losses);
    }

    @Test
    void blocksThatVisitFromTheHostComputeWhatResidentOnesDoInLessRoom() throws Exception {
        Map<String, String> size = Map.of("batch", "16", "length", "32", "rate", "3e-3");
        Ledger here = new Ledger();
        Ledger there = new Ledger();
        Outcome resident = run(Methods.recipe("lora", size), here, null, -1);
        Outcome visiting = run(Methods.recipe("lora", size).with(WeightPresets.of("host")), there, null, -1);
        assertThat(visiting.losses).isEqualTo(resident.losses);
        // of the three blocks of matrices at most two are on the device
        long block = 4 * (2 * 32 * 32 + 2 * 16 * 32 + 3 * 32 * 64);
        assertThat(here.peak().of(Category.WEIGHTS) - there.peak().of(Category.WEIGHTS)).isGreaterThanOrEqualTo(block);
        assertThat(there.total(Tier.HOST)).isZero();
    }

    /** An estimate sees trained scales and factors through its perturbation, decoded for each product; 12 steps of it say nothing about learning. */
    @Test
    void partsOfStoredWeightsMayBeEstimated() throws Exception {
        Recipe mezo = Methods.recipe("mezo", Map.of("tune", "full", "batch", "16", "length", "32", "rate", "1e-4"));
        for (WeightsChoice choice : List.of(new WeightsChoice.IntegerCodes(4, 16, false, WeightsChoice.ScaleType.F32, true, 8), WeightPresets.of("factored"),
                WeightPresets.of("factored-sparse").withTile(8), WeightPresets.of("cut"))) {
            Ledger ledger = new Ledger();
            Outcome o = run(mezo.with(choice), ledger, null, -1);
            TinyTask t = TinyTask.decoder();
            assertThat(ledger.peak().bytes()).as("%s", choice).isEqualTo(Rehearsal.peakOf(mezo.with(choice), t.maker(), t.task(), 11, STEPS, o.occasions).bytes());
            assertThat(o.losses).allMatch(Double::isFinite).doesNotHaveDuplicates();
            assertThat(ledger.total()).isZero();
        }
    }

    @Test
    void codesThatAMethodWouldTrainAreRefusedWithWhatWouldWork() {
        TinyTask t = TinyTask.decoder();
        for (String word : List.of("int4", "nf4", "fp4", "fp16", "host")) {
            Ledger ledger = new Ledger();
            try (TorchCompute c = TorchCompute.cpu(ledger)) {
                assertThatThrownBy(() -> new Assembly(c, Methods.recipe("full", Map.of("weights", word)), t.maker(), t.task(), 1, 1)).isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("frozen").hasMessageContaining("AllParameters").hasMessageContaining("add an adapter");
            }
            assertThat(ledger.total()).isZero();
        }
    }
}
