package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.FactorKernels;
import headroom.engine.data.BatchSource;
import headroom.engine.data.Dataset;
import headroom.engine.data.Letters;
import headroom.engine.data.Shards;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import headroom.engine.method.Methods;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.RunChoice.Average;
import headroom.engine.recipe.RunChoice.FederatedRounds;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.Validator;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.run.Course;
import headroom.engine.recipe.run.Workers;
import headroom.engine.tape.Parameter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rounds of clients in turn: what they learn, what the server makes of it, and what goes over the links. */
class FederatedRoundsTest {
    private static final long SEED = 11;
    private static final int RANK = 4;

    @TempDir
    Path folder;

    private static Recipe lora(String compute) {
        return Methods.recipe("lora", Map.of("rank", "4", "alpha", "8", "batch", "8", "length", "32", "rate", "1e-2", "compute", compute));
    }

    private static Recipe rounds(int clients, int localSteps, Average average) {
        return lora("f32").with(new FederatedRounds(clients, localSteps, 0, average));
    }

    private record Trained(Map<String, float[]> parameters, List<Double> losses, long traffic) {}

    private static Trained train(TinyTask t, Recipe r, BatchSource data, int steps, int total) {
        Ledger ledger = new Ledger();
        List<Double> losses = new ArrayList<>();
        Map<String, float[]> after = new LinkedHashMap<>();
        long traffic;
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, r, t.maker(), t.task(), SEED, total)) {
            if (data instanceof headroom.engine.data.ClientRows clients) {
                a.weigh(clients.rows());
            }
            for (int step = 0; step < steps; step++) {
                List<DeviceBatch> micro = BatchUpload.of(c, data.next(), 1, a.objective().perToken());
                losses.add(a.step(step, micro).loss());
                micro.forEach(DeviceBatch::close);
            }
            for (Parameter p : a.parameters()) {
                after.put(p.path(), c.floats(p.data()));
            }
            traffic = a.workers() == null ? 0 : a.workers().traffic();
        }
        assertThat(ledger.openAccounts()).isZero();
        return new Trained(after, losses, traffic);
    }

    @ParameterizedTest
    @EnumSource(Average.class)
    void oneClientWithOneLocalStepIsPlainTrainingBitForBit(Average average) {
        for (TinyTask t : List.of(TinyTask.encoder(), TinyTask.decoder())) {
            Recipe plain = lora("f32").with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(0.3, 0.1, OptimizerChoice.Schedule.Shape.LINEAR)));
            Recipe rounds = plain.with(new FederatedRounds(1, 1, 0, average));
            Trained expected = train(t, plain, t.batches(plain, SEED), 7, 7);
            Trained got = train(t, rounds, t.batches(rounds, SEED), 7, 7);
            assertThat(got.losses).isEqualTo(expected.losses);
            expected.parameters.forEach((path, values) -> assertThat(got.parameters.get(path)).as(path).isEqualTo(values));
        }
    }

    /** A new round is a new optimizer; otherwise a client alone trains as it would without a server. */
    @Test
    void oneClientIsPlainTrainingWhoseStateBeginsAgainEveryRound() {
        TinyTask t = TinyTask.decoder();
        Recipe plain = lora("f32");
        plain = plain.with(plain.optimizer().with(new OptimizerChoice.ResetState(3, Set.of(), 0)));
        Recipe rounds = rounds(1, 3, Average.PRODUCTS);
        Trained expected = train(t, plain, t.batches(plain, SEED), 9, 9);
        Trained got = train(t, rounds, t.batches(rounds, SEED), 9, 9);
        assertThat(got.losses).isEqualTo(expected.losses);
        expected.parameters.forEach((path, values) -> assertThat(got.parameters.get(path)).as(path).isEqualTo(values));
    }

    /** What each client has at the end of the first round, trained by itself on its rows. */
    private static List<Map<String, float[]>> alone(TinyTask t, Recipe rounds, List<Dataset> shards, int localSteps) {
        Recipe own = rounds.with(new RunChoice.SinglePhase());
        List<Map<String, float[]>> clients = new ArrayList<>();
        for (Dataset shard : shards) {
            clients.add(train(t, own, own.batches(shard, new Letters(), SEED), localSteps, localSteps).parameters);
        }
        return clients;
    }

    @ParameterizedTest
    @CsvSource({"encoder,0", "decoder,0", "encoder,0.4"})
    void theMeanOfFactorsWeighsClientsByTheirRows(String model, double evenness) {
        TinyTask t = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        Recipe r = lora("f32").with(new FederatedRounds(3, 2, evenness, Average.FACTORS));
        List<Dataset> shards = ((FederatedRounds) r.run()).shards(t.data(), SEED);
        List<Map<String, float[]>> clients = alone(t, r, shards, 2);
        Trained got = train(t, r, t.batches(r, SEED), 6, 6);
        double all = t.data().train().size();
        got.parameters.forEach((path, values) -> {
            if (path.contains("lora") || path.startsWith("head.")) {
                for (int i = 0; i < values.length; i++) {
                    double mean = 0;
                    for (int k = 0; k < 3; k++) {
                        mean += shards.get(k).train().size() / all * clients.get(k).get(path)[i];
                    }
                    assertThat((double) values[i]).as(path).isCloseTo(mean, within(1e-6));
                }
            }
        });
    }

    @Test
    void theMeanOfProductsIsTheBestPairForTheMeanChange() {
        TinyTask t = TinyTask.decoder();
        Recipe r = rounds(3, 2, Average.PRODUCTS);
        List<Dataset> shards = Shards.inTurn(t.data(), 3);
        List<Map<String, float[]>> clients = alone(t, r, shards, 2);
        Trained got = train(t, r, t.batches(r, SEED), 6, 6);
        int sites = 0;
        try (TorchCompute c = TorchCompute.cpu(new Ledger())) {
            for (String path : got.parameters.keySet()) {
                if (!path.endsWith(".lora_a")) {
                    continue;
                }
                String b = path.replace("lora_a", "lora_b");
                int in = got.parameters.get(path).length / RANK;
                int out = got.parameters.get(b).length / RANK;
                double[] mean = new double[in * out];
                for (Map<String, float[]> client : clients) {
                    double[] change = product(client.get(b), client.get(path), out, in);
                    for (int i = 0; i < mean.length; i++) {
                        mean[i] += change[i] / 3;
                    }
                }
                double[] best = best(c, mean, out, in);
                double[] served = product(got.parameters.get(b), got.parameters.get(path), out, in);
                double whole = 0;
                double left = 0;
                for (int i = 0; i < mean.length; i++) {
                    assertThat(served[i]).as(path).isCloseTo(best[i], within(2e-6));
                    whole += mean[i] * mean[i];
                    left += (mean[i] - served[i]) * (mean[i] - served[i]);
                }
                assertThat(left).isPositive().isLessThan(whole);
                sites++;
            }
        }
        assertThat(sites).isEqualTo(21);
    }

    private static double[] product(float[] b, float[] a, int out, int in) {
        double[] p = new double[out * in];
        for (int i = 0; i < out; i++) {
            for (int k = 0; k < RANK; k++) {
                for (int j = 0; j < in; j++) {
                    p[i * in + j] += (double) b[i * RANK + k] * a[k * in + j];
                }
            }
        }
        return p;
    }

    /** The best approximation of rank r, from the singular values of the whole matrix in float64. */
    private static double[] best(TorchCompute c, double[] m, int out, int in) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(8 * m.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(m);
        try (Tensor w = c.upload(Category.WORKSPACE, "mean", DType.F64, Shape.of(out, in), () -> bytes)) {
            Tensor[] pair = c.run(FactorKernels.SVD_PAIR, w, (long) RANK, 1.0);
            try (Tensor a = pair[0]; Tensor b = pair[1]) {
                return product(c.floats(b), c.floats(a), out, in);
            }
        }
    }

    @Test
    void whatGoesOverTheLinksIsTwiceTheAdapterForEachClientAndRound() {
        TinyTask t = TinyTask.decoder();
        Recipe r = rounds(3, 2, Average.PRODUCTS);
        Trained got = train(t, r, t.batches(r, SEED), 12, 12);
        long adapter = got.parameters.entrySet().stream().filter(e -> e.getKey().contains("lora")).mapToLong(e -> 4L * e.getValue().length).sum();
        assertThat(got.traffic).isEqualTo(2L * 3 * 2 * adapter);
    }

    @ParameterizedTest(name = "stopped after {0} steps, {1}")
    @CsvSource({"3,PRODUCTS", "4,FACTORS", "8,PRODUCTS", "9,FACTORS"})
    void aRunThatWasStoppedGoesOnAsIfItHadNotBeen(int stop, Average average) throws Exception {
        TinyTask t = TinyTask.encoder();
        Recipe r = rounds(2, 3, average);
        Heard whole = new Heard(Integer.MAX_VALUE);
        long[] bytes = new long[2];
        run(t, r, whole, null, bytes, 0);
        Heard first = new Heard(stop);
        run(t, r, first, null, bytes, 1);
        Heard second = new Heard(Integer.MAX_VALUE);
        run(t, r, second, first.checkpoint, bytes, 1);
        assertThat(first.losses).hasSize(stop);
        List<Double> both = new ArrayList<>(first.losses);
        both.addAll(second.losses);
        assertThat(both).isEqualTo(whole.losses);
        assertThat(bytes[1]).isEqualTo(bytes[0]);
        Map<Long, Map<String, Double>> scores = new LinkedHashMap<>(first.scores);
        scores.putAll(second.scores);
        assertThat(scores).isEqualTo(whole.scores);
        // asked for every fifth step, given at the ends of rounds
        assertThat(whole.scores.keySet()).containsExactly(6L, 12L, 13L);
    }

    private void run(TinyTask t, Recipe r, Heard heard, Path from, long[] bytes, int place) throws Exception {
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, r, t.maker(), t.task(), SEED, 13)) {
            Trainer trainer = new Trainer(a, t.batches(r, SEED), new Trainer.Extent(13, 5, 0, folder.resolve(Integer.toString(heard.hashCode()))), heard.control, heard);
            if (from != null) {
                try (Checkpoint.Opened opened = Checkpoint.open(from)) {
                    trainer.restore(opened);
                }
            }
            trainer.run();
            bytes[place] = a.workers().traffic();
        }
    }

    private static final class Heard implements RunListener {
        private final int stopAfter;
        private final Control control = new Control();
        private final List<Double> losses = new ArrayList<>();
        private final Map<Long, Map<String, Double>> scores = new LinkedHashMap<>();
        private Path checkpoint;

        private Heard(int stopAfter) {
            this.stopAfter = stopAfter;
        }

        @Override
        public void started(long fromStep, long toStep) {}

        @Override
        public void stepped(Step step) {
            losses.add(step.loss());
            if (losses.size() == stopAfter) {
                control.stop();
            }
        }

        @Override
        public void evaluated(long step, Map<String, Double> metrics, double seconds) {
            scores.put(step, metrics);
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

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({"encoder,f32,PRODUCTS", "decoder,bf16,PRODUCTS", "encoder,bf16,FACTORS"})
    void aFederationKeepsToItsPlan(String model, String compute, Average average) throws Exception {
        TinyTask t = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        TinyRun run = TinyRun.of(t, lora(compute).with(new FederatedRounds(3, 2, 0.5, average)), 14).asPlanned();
        assertThat(run.losses()).hasSize(14).allMatch(Double::isFinite);
        assertThat(run.scores()).containsKey("MiB over links");
    }

    @Test
    void clientsOfARoundShareTheirPlacesInTheSchedule() {
        Course c = new Course(rounds(2, 3, Average.FACTORS), 13);
        assertThat(List.of(c.place(0), c.place(2), c.place(3), c.place(5), c.place(6), c.place(9), c.place(12))).containsExactly(0L, 2L, 0L, 2L, 3L, 3L, 6L);
        assertThat(c.inRow()).isEqualTo(9);
        assertThat(c.settled(0)).isTrue();
        assertThat(c.settled(3)).isFalse();
        assertThat(c.settled(6)).isTrue();
        assertThat(c.settled(13)).isTrue();
    }

    @Test
    void rowsAreDealtOnceAndLittleEvennessMakesClientsUnlike() {
        Dataset data = TinyTask.encoder().data();
        for (double evenness : new double[] {0.05, 1, 100}) {
            List<Dataset> shards = Shards.skewed(data, 4, evenness, SEED);
            Set<Long> rows = new HashSet<>();
            shards.forEach(s -> s.train().forEach(e -> assertThat(rows.add(e.row())).isTrue()));
            assertThat(rows).hasSize(data.train().size());
            assertThat(shards).allMatch(s -> !s.train().isEmpty() && s.heldOut().equals(data.heldOut()));
        }
        assertThat(unlike(Shards.skewed(data, 4, 0.1, SEED))).isGreaterThan(2 * unlike(Shards.skewed(data, 4, 100, SEED)));
    }

    /** How far the shares of the first class are from that of all, in the mean over rows. */
    private static double unlike(List<Dataset> shards) {
        double sum = 0;
        for (Dataset s : shards) {
            double early = s.train().stream().filter(e -> e.label() == 0).count() / (double) s.train().size();
            sum += s.train().size() * Math.abs(early - 0.5);
        }
        return sum;
    }

    @Test
    void devicesCountWhatTheySendAndHoldItUnderTheirNames() {
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger)) {
            Workers w = new Workers(c, List.of("a", "b", "c"));
            try (Tensor t = numbers(c, 1, 2, 3, 4, 5, 6)) {
                List<Tensor> copies = w.broadcast(0, "x", t);
                assertThat(copies.get(0)).isNull();
                assertThat(copies.get(2).account().owner()).isEqualTo("c.x");
                assertThat(copies.get(2).account().tier()).isEqualTo(Tier.HOST);
                assertThat(c.floats(copies.get(1))).containsExactly(1, 2, 3, 4, 5, 6);
                assertThat(List.of(w.sent(0), w.sent(1), w.received(0), w.received(1), w.received(2))).containsExactly(48L, 0L, 0L, 24L, 24L);
                try (Tensor mean = w.mean(List.of(copies.get(1), copies.get(2)), new double[] {0.25, 0.75})) {
                    assertThat(c.floats(mean)).containsExactly(1, 2, 3, 4, 5, 6);
                }
                copies.get(1).close();
                copies.get(2).close();
            }
            assertThat(w.mean(new double[] {1, 2, 6}, new double[] {1, 1, 2})).isCloseTo(15 / 4.0, within(1e-12));
            assertThat(w.sent(1)).isEqualTo(8);
            // slices of 2, 3 and 1 numbers: each device receives what it has not
            try (Tensor one = numbers(c, 1, 2); Tensor two = numbers(c, 3, 4, 5); Tensor three = numbers(c, 6); Tensor all = numbers(c, 0, 0, 0, 0, 0, 0)) {
                long before = w.received(2);
                w.gather(List.of(one, two, three), all);
                assertThat(c.floats(all)).containsExactly(1, 2, 3, 4, 5, 6);
                assertThat(w.received(2) - before).isEqualTo(20);
                assertThat(w.sent(1)).isEqualTo(8 + 2 * 12);
            }
        }
        assertThat(ledger.openAccounts()).isZero();
    }

    private static Tensor numbers(TorchCompute c, float... x) {
        return c.upload(Category.ADAPTER, "x", DType.F32, Shape.of(x.length), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(4 * x.length).order(ByteOrder.LITTLE_ENDIAN);
            b.asFloatBuffer().put(x);
            return b;
        });
    }

    @Test
    void whatClashesWithRoundsIsRefusedInWords() {
        TinyTask t = TinyTask.decoder();
        Recipe r = rounds(2, 3, Average.PRODUCTS);
        Validator.require(r, t.config());
        refused(t, r.with(Methods.recipe("dora", Map.of()).adapter()), "FederatedRounds", "WeightNorm", "use adapter LoRA");
        refused(t, r.with(new SelectorChoice.AllParameters()), "FederatedRounds", "AllParameters", "use AdapterOnly");
        refused(t, r.with(new GradientChoice.TwoPointEstimate(1e-3, 1, false)), "FederatedRounds", "TwoPointEstimate", "use Backprop");
        refused(t, r.with(r.optimizer().with(new OptimizerChoice.ResetState(5, Set.of(), 0))), "ResetState", "FederatedRounds", "use Keep");
        refused(t, r.with(new FederatedRounds(0, 1, 0, Average.FACTORS)), "0 clients", "at least 1");
        assertThatThrownBy(() -> {
            Recipe wide = Methods.recipe("lora", Map.of("rank", "24", "length", "32")).with(new FederatedRounds(2, 1, 0, Average.PRODUCTS));
            try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, wide, t.maker(), t.task(), SEED, 4)) {
                a.recipe();
            }
        }).hasMessageContaining("rank 24").hasMessageContaining("average FACTORS");
    }

    private static void refused(TinyTask t, Recipe r, String... words) {
        assertThatThrownBy(() -> Validator.require(r, t.config())).isInstanceOf(IllegalArgumentException.class).satisfies(e -> assertThat(e.getMessage()).contains(words));
    }
}
