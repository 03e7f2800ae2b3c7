package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.data.BatchSource;
import headroom.engine.data.Cursor;
import headroom.engine.data.Letters;
import headroom.engine.data.Shards;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Methods;
import headroom.engine.model.LinearSite;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.Validator;
import headroom.engine.recipe.adapter.LowRankAdapter;
import headroom.engine.recipe.adapter.SegmentedAdapter;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.gradient.GradientStep;
import headroom.engine.tape.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several jobs on one base: each learns what it learns alone, and memory is that of one base and all adapters. */
class CoTrainingTest {
    private static final long SEED = 11;
    private static final int STEPS = 6;

    private static TinyTask task(String model) {
        return model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
    }

    private static Recipe together(Map<String, String> more) {
        Map<String, String> s = new HashMap<>(Map.of("jobs", "3", "ranks", "4,2,6", "rates", "1,0.5,2", "alpha", "8", "dropout", "0.1", "batch", "8", "length", "32", "rate", "1e-2"));
        s.putAll(more);
        return Methods.recipe("lorafusion", s);
    }

    /** The recipe of one of the jobs, as a run of its own. */
    private static Recipe alone(Recipe all, int job) {
        int rows = ((RunChoice.CoTraining) all.run()).jobs().get(job).rows();
        AdapterChoice.SegmentedLowRank.Member m = ((AdapterChoice.SegmentedLowRank) all.adapter()).sets().get(job);
        OptimizerChoice o = all.optimizer();
        double factor = o.groups().containsKey(m.name()) ? o.groups().get(m.name()).rate() : 1;
        OptimizerChoice own = new OptimizerChoice(o.rule(), o.subspace(), o.state(), o.master(), o.timing(), o.residence(), o.lifecycle(),
                new OptimizerChoice.Schedule(o.schedule().rate() * factor, o.schedule().warmup(), o.schedule().shape()), new OptimizerChoice.Clip.Global(1, false), Map.of());
        DataChoice data = rows == 0 ? all.data() : new DataChoice(rows, all.data().accumulate(), all.data().length()).packed(all.data().pack());
        return all.with(m.pair()).with(own).with(new RunChoice.SinglePhase()).with(data);
    }

    private record Trained(Map<String, float[]> parameters, List<Double> losses, long weights, long adapters) {}

    private static Trained train(TinyTask t, Recipe r, BatchSource data, long seed, int steps, int job) {
        Ledger ledger = new Ledger();
        List<Double> losses = new ArrayList<>();
        Map<String, float[]> after = new LinkedHashMap<>();
        long weights;
        long adapters;
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, r, t.maker(), t.task(), seed, steps)) {
            for (int step = 0; step < steps; step++) {
                List<DeviceBatch> micro = BatchUpload.of(c, data.next(), r.data().accumulate(), a.objective().perToken());
                GradientStep.Outcome out = a.step(step, micro);
                micro.forEach(DeviceBatch::close);
                losses.add(out.jobs().isEmpty() ? out.loss() : out.jobs().get(job));
            }
            for (Parameter p : a.parameters()) {
                after.put(p.path(), c.floats(p.data()));
            }
            weights = ledger.total(Category.WEIGHTS);
            adapters = ledger.total(Category.ADAPTER);
        }
        assertThat(ledger.openAccounts()).isZero();
        return new Trained(after, losses, weights, adapters);
    }

    private static double largestDifference(Trained together, Trained alone, String job) {
        double largest = 0;
        int compared = 0;
        for (Map.Entry<String, float[]> e : together.parameters.entrySet()) {
            String path = e.getKey();
            if (path.contains("." + job + ".")) {
                float[] own = alone.parameters.get(path.replace("." + job + ".", "."));
                assertThat(own).as(path).hasSameSizeAs(e.getValue());
                for (int i = 0; i < own.length; i++) {
                    largest = Math.max(largest, Math.abs(own[i] - e.getValue()[i]));
                }
                compared++;
            }
        }
        assertThat(compared).isPositive();
        return largest;
    }

    /** Dropout masks go by the place in padded rows, so with dropout only rows of one length repeat themselves: those of a decoder's blocks. */
    @ParameterizedTest(name = "{0}, {1} micro-batches, packed {2}, dropout {3}")
    @CsvSource({"decoder,1,false,0.1", "decoder,2,false,0.1", "encoder,1,false,0", "encoder,2,false,0", "decoder,1,true,0", "encoder,1,true,0"})
    void aJobBesideOthersLearnsWhatItLearnsAlone(String model, String accumulate, String pack, String dropout) {
        TinyTask t = task(model);
        Recipe all = together(Map.of("accumulate", accumulate, "pack", pack, "dropout", dropout, "batches", accumulate.equals("2") ? "4,2,6" : "8,5,8"));
        for (int job = 0; job < 3; job++) {
            Trained together = train(t, all, t.batches(all, SEED), SEED, STEPS, job);
            Recipe r = alone(all, job);
            BatchSource rows = r.batches(Shards.inTurn(t.data(), 3).get(job), new Letters(), SEED + job);
            Trained own = train(t, r, rows, SEED + job, STEPS, 0);
            // products of more rows may add up in another order; a wrong divisor, seed or norm would show in the first digit of steps of 1e-2
            assertThat(largestDifference(together, own, "job" + (job + 1))).as("parameters of job %d", job + 1).isLessThan(2e-5);
            for (int step = 0; step < STEPS; step++) {
                assertThat(together.losses.get(step)).isCloseTo(own.losses.get(step), within(1e-5));
            }
        }
    }

    @Test
    void theBaseIsThereOnceAndEveryJobHasItsAdapter() {
        TinyTask t = TinyTask.decoder();
        Recipe all = together(Map.of());
        Trained together = train(t, all, t.batches(all, SEED), SEED, 2, 0);
        long adapters = 0;
        for (int job = 0; job < 3; job++) {
            Recipe r = alone(all, job);
            Trained own = train(t, r, r.batches(t.data(), new Letters(), SEED), SEED, 2, 0);
            assertThat(together.weights).isEqualTo(own.weights);
            adapters += own.adapters;
            own.parameters.forEach((path, values) -> {
                if (!path.contains("lora")) {
                    assertThat(together.parameters.get(path)).as(path).isEqualTo(values);
                }
            });
        }
        assertThat(together.adapters).isEqualTo(adapters);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"encoder,f32,dense,1,false", "decoder,f32,dense,2,false", "encoder,bf16,dense,2,true", "decoder,bf16,nf4,1,true", "decoder,f32,int8,1,false"})
    void aRunOfJobsKeepsToItsPlan(String model, String compute, String weights, String accumulate, String pack) throws Exception {
        Map<String, String> s = new HashMap<>(Map.of("compute", compute, "accumulate", accumulate, "pack", pack, "batches", "8,3,4"));
        if (!weights.equals("dense")) {
            s.put("weights", weights);
            s.put("checkpointing", "1");
        }
        TinyRun run = TinyRun.of(task(model), together(s), 5).asPlanned();
        assertThat(run.losses()).hasSize(5).allMatch(Double::isFinite);
        assertThat(run.scores()).containsKeys("loss", "loss of job1", "loss of job2", "loss of job3");
    }

    /** What keeps other things for the backward pass than the tape does. */
    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({"reversible,1", "checkpointing,2", "saves,int4", "saves,host", "loss,segments"})
    void jobsGoWithOtherWaysToKeepActivations(String key, String value) throws Exception {
        assertThat(TinyRun.of(TinyTask.decoder(), together(Map.of(key, value, "dropout", "0")), 4).asPlanned().losses()).hasSize(4).allMatch(Double::isFinite);
    }

    /** Rows of other jobs are replaced by other rows of the same shape: the job's parameters stay the same bit for bit. */
    @Test
    void nothingOfOneJobReachesAnother() {
        TinyTask t = TinyTask.decoder();
        Recipe all = together(Map.of("batch", "4"));
        Trained before = train(t, all, t.batches(all, SEED), SEED, 3, 0);
        Trained after = train(t, all.with(swapped(all)), t.batches(all.with(swapped(all)), SEED), SEED, 3, 0);
        assertThat(largestDifference(before, strip(after, "job1"), "job1")).isZero();
        assertThat(largestDifference(before, strip(after, "job2"), "job2")).isPositive();
    }

    /** Jobs 2 and 3 learn from each other's parts. */
    private static RunChoice swapped(Recipe all) {
        List<RunChoice.CoTraining.Job> jobs = ((RunChoice.CoTraining) all.run()).jobs();
        return new RunChoice.CoTraining(List.of(jobs.get(0), new RunChoice.CoTraining.Job("job2", 0, 2), new RunChoice.CoTraining.Job("job3", 0, 1)));
    }

    private static Trained strip(Trained of, String job) {
        Map<String, float[]> own = new LinkedHashMap<>();
        of.parameters.forEach((path, values) -> own.put(path.replace("." + job + ".", "."), values));
        return new Trained(own, of.losses, of.weights, of.adapters);
    }

    @Test
    void aMicroBatchHoldsOfEveryJobWhatItWouldHoldAlone() {
        TinyTask t = TinyTask.encoder();
        Recipe all = together(Map.of("batch", "3", "accumulate", "2"));
        Batch b = t.batches(all, SEED).next();
        assertThat(b.jobs()).containsExactly(6, 6, 6);
        List<Batch> pieces = b.split(2);
        assertThat(pieces).hasSize(2).allMatch(p -> p.jobs().equals(List.of(3, 3, 3)));
        for (int job = 0; job < 3; job++) {
            for (int i = 0; i < 6; i++) {
                Batch piece = pieces.get(i / 3);
                assertThat(piece.examples()[piece.firstRow(job) + i % 3]).isEqualTo(b.examples()[b.firstRow(job) + i]);
            }
        }
        assertThat(Batch.split(List.of(5, 1, 0), 4)).containsExactly(List.of(2, 1, 0), List.of(2, 0, 0), List.of(1, 0, 0));
    }

    @Test
    void aSavedPlaceGoesOnWithTheSameRowsOfEveryJob() {
        TinyTask t = TinyTask.encoder();
        Recipe all = together(Map.of("batch", "5"));
        BatchSource whole = t.batches(all, SEED);
        List<Batch> seen = new ArrayList<>();
        List<Cursor> places = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            places.add(whole.cursor());
            seen.add(whole.next());
        }
        for (int i : List.of(0, 6, 7, 13, 19)) {
            BatchSource later = t.batches(all, SEED);
            later.seek(places.get(i));
            assertThat(later.next().examples()).isEqualTo(seen.get(i).examples());
        }
    }

    @Test
    void aSetAnswersWhereNobodySaysWhoseRowsTheyAre() {
        TinyTask t = TinyTask.decoder();
        Recipe all = together(Map.of());
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, all, t.maker(), t.task(), SEED, STEPS)) {
            BatchSource data = t.batches(all, SEED);
            for (int step = 0; step < 3; step++) {
                List<DeviceBatch> micro = BatchUpload.of(c, data.next(), 1, true);
                a.step(step, micro);
                micro.forEach(DeviceBatch::close);
            }
            SegmentedAdapter sets = (SegmentedAdapter) a.adapter();
            LinearSite site = a.model().sites().getFirst();
            a.answer("job2");
            LowRankAdapter.Pair pair = sets.pairs(1).getFirst();
            assertThat(pair.site()).isSameAs(site);
            assertThatThrownBy(() -> a.answer("job9")).hasMessageContaining("job9").hasMessageContaining("job1, job2, job3");
            Batch one = data.heldOut().getFirst();
            List<float[]> logits = new ArrayList<>();
            for (String job : List.of("job1", "job2")) {
                a.answer(job);
                try (DeviceBatch d = BatchUpload.of(c, one, 1, true).getFirst().of(null)) {
                    var value = a.logits(d);
                    logits.add(c.floats(value.tensor()));
                    value.release();
                }
            }
            // the first held-out batch is of the first job
            try (DeviceBatch d = BatchUpload.of(c, one, 1, true).getFirst()) {
                var value = a.logits(d);
                assertThat(logits.get(0)).isEqualTo(c.floats(value.tensor())).isNotEqualTo(logits.get(1));
                value.release();
            }
        }
    }

    @Test
    void whatClashesWithJobsIsRefusedInWords() {
        TinyTask t = TinyTask.decoder();
        Recipe all = together(Map.of());
        Validator.require(all, t.config());
        refused(t, all.with(new RunChoice.SinglePhase()), "SegmentedLoRA", "SinglePhase", "use run CoTraining");
        refused(t, all.with(Methods.recipe("lora", Map.of()).adapter()), "CoTraining", "LowRank", "use adapter SegmentedLoRA");
        refused(t, all.with(Methods.recipe("dora", Map.of()).adapter()), "CoTraining", "WeightNorm", "the weight that all rows share");
        refused(t, all.with(new SelectorChoice.AllParameters()), "CoTraining", "AllParameters", "use AdapterOnly");
        refused(t, all.with(new GradientChoice.TwoPointEstimate(1e-3, 1, false)), "CoTraining", "TwoPointEstimate", "use Backprop");
        refused(t, all.with(all.optimizer().with(new OptimizerChoice.Clip.Global(1, false))), "Global", "CoTraining", "use PerGroup");
        refused(t, all.with(all.optimizer().steppingInBackward(true)), "PerGroup", "backward pass", "use PerTensor");
        AdapterChoice.SegmentedLowRank two = new AdapterChoice.SegmentedLowRank(((AdapterChoice.SegmentedLowRank) all.adapter()).sets().subList(0, 2));
        refused(t, all.with(two), "[job1, job2, job3]", "[job1, job2]", "one set of its name");
        assertThatThrownBy(() -> {
            try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, together(Map.of("loss", "segments")), TinyTask.encoder().maker(), TinyTask.encoder().task(), SEED, 4)) {
                a.recipe();
            }
        }).hasMessageContaining("SegmentedLoss").hasMessageContaining("3 jobs").hasMessageContaining("use WholeLoss");
        refused(t, together(Map.of("saves", "rows")), "SampledRows", "CoTraining", "save whole");
        assertThatThrownBy(() -> Methods.recipe("lorafusion", Map.of("jobs", "3", "ranks", "1,2"))).hasMessageContaining("2 values for 3 jobs");
    }

    private static void refused(TinyTask t, Recipe r, String... words) {
        assertThatThrownBy(() -> Validator.require(r, t.config())).isInstanceOf(IllegalArgumentException.class).satisfies(e -> assertThat(e.getMessage()).contains(words));
    }
}
