package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.DryCompute;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.recipe.adapter.QueryAdapter;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.CrossEntropy;
import headroom.engine.tape.ops.UnitPieces;
import headroom.engine.tape.stack.Block;
import headroom.engine.tape.stack.QueryStack;
import headroom.engine.tape.stack.StackDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries beside the tokens of frozen layers: what they read, what they leave alone, what they keep. */
class QueryTokensTest {
    private static final double STEP = 1e-5;
    private static final int CLASSES = 3;

    static Set<String> families() {
        return TinyModels.configs().keySet();
    }

    /** A model with queries, and a head on what they read. */
    private record Setting(TorchCompute c, Model m, QueryAdapter adapter, TaskHead head, TinyModels.Batch batch, Tensor targets) implements AutoCloseable {
        static Setting of(Ledger ledger, DType dtype, String family, int count, double dropout) {
            return of(ledger, dtype, family, new AdapterChoice.QueryTokens(count, dropout));
        }

        static Setting of(Ledger ledger, DType dtype, String family, AdapterChoice.QueryTokens choice) {
            TorchCompute c = TorchCompute.cpu(ledger);
            ModelConfig config = TinyModels.config(family);
            Model m = TinyModels.lively(c, dtype, config, 0);
            QueryAdapter a = (QueryAdapter) Adapter.attach(c, m, choice, dtype, 8);
            return new Setting(c, m, a, TaskHead.create(c, config, CLASSES, dtype, 9, a.summaries()), TinyModels.Batch.of(c, config), TinyModels.integers(c, 0, 2, 1));
        }

        Value features(Pass pass) {
            List<Value> rows = new ArrayList<>();
            Value hidden = m.hidden(pass, new QueryStack(rows::add), batch.inputs());
            return head.features(pass, hidden.last(), batch.inputs(), rows);
        }

        double[] features() {
            try (Tensor t = features(Pass.untaped(c)).take()) {
                return TinyModels.doubles(c, t).toArray();
            }
        }

        double loss() {
            return loss(Pass.untaped(c));
        }

        private double loss(Pass pass) {
            Value losses = pass.apply(new CrossEntropy(targets), head.logits(pass, features(pass).last()).last());
            double sum = TinyModels.doubles(c, losses.tensor()).sum();
            if (pass.tape() != null) {
                pass.tape().backward(losses, ones(losses.tensor().shape(), losses.tensor().dtype()));
            }
            losses.release();
            return sum;
        }

        Tensor ones(Shape shape, DType dtype) {
            return filled(c, shape, dtype, i -> 1);
        }

        /** Gradients of the loss by path. */
        Map<String, double[]> gradients(boolean logitsFixed) {
            List<Parameter> all = new ArrayList<>(adapter.parameters());
            all.addAll(head.parameters());
            Map<String, double[]> out = new LinkedHashMap<>();
            try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(all), sum)) {
                Pass pass = Pass.taped(c, tape, 3, 1);
                if (logitsFixed) {
                    Value logits = head.logits(pass, features(pass).last());
                    tape.backward(logits, filled(c, logits.tensor().shape(), logits.tensor().dtype(), i -> Math.sin(i + 1)));
                    logits.release();
                } else {
                    loss(pass);
                }
                assertThat(sum.complete).containsExactlyInAnyOrderElementsOf(all);
                for (Parameter p : all) {
                    out.put(p.path(), TinyModels.doubles(c, sum.gradients.get(p)).toArray());
                }
            }
            return out;
        }

        @Override
        public void close() {
            targets.close();
            batch.close();
            head.close();
            adapter.close();
            m.close();
            c.close();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void tokensPassEveryLayerAsIfNobodyLooked(String family) {
        for (int count : new int[] {1, 3}) {
            List<double[]> with = new ArrayList<>();
            List<double[]> without = new ArrayList<>();
            try (Setting s = Setting.of(new Ledger(), DType.F32, family, count, 0.1)) {
                int[] summaries = new int[1];
                s.m.hidden(Pass.untaped(s.c), (pass, blocks, x) -> {
                    Value v = x;
                    for (Block b : blocks) {
                        Block.Reading r = b.read(pass, v.last());
                        assertThat(r.summary().tensor().shape()).isEqualTo(Shape.of(TinyModels.BATCH * count, s.m.config().hidden()));
                        r.summary().release();
                        summaries[0]++;
                        v = r.output();
                        with.add(TinyModels.doubles(s.c, v.tensor()).toArray());
                    }
                    return v;
                }, s.batch.inputs()).release();
                assertThat(summaries[0]).isEqualTo(s.m.config().layers());
            }
            ModelConfig config = TinyModels.config(family);
            try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0); TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
                m.hidden(Pass.untaped(c), (pass, blocks, x) -> {
                    Value v = x;
                    for (Block b : blocks) {
                        v = b.forward(pass, v.last());
                        without.add(TinyModels.doubles(c, v.tensor()).toArray());
                    }
                    return v;
                }, batch.inputs()).release();
            }
            assertThat(with).hasSameSizeAs(without);
            for (int l = 0; l < with.size(); l++) {
                assertThat(with.get(l)).as("layer %d", l).isEqualTo(without.get(l));
            }
        }
    }

    /** Joined to the input of each layer, as the paper has it, by a transformer in loops. */
    @ParameterizedTest
    @MethodSource("families")
    void theWayBesideTheTokensIsThatOfQueriesJoinedToThem(String family) {
        try (Setting s = Setting.of(new Ledger(), DType.F64, family, 2, 0)) {
            int d = s.m.config().hidden();
            List<double[]> summaries = new ArrayList<>();
            s.m.hidden(Pass.untaped(s.c), new QueryStack(v -> {
                summaries.add(TinyModels.doubles(s.c, v.tensor()).toArray());
                v.release();
            }), s.batch.inputs()).release();
            double[][][] queries = s.adapter.parameters().stream().map(p -> rows(TinyModels.doubles(s.c, p.data()).toArray(), d)).toArray(double[][][]::new);
            NaiveTransformer naive = new NaiveTransformer(s.c, s.m);
            for (int b = 0; b < TinyModels.BATCH; b++) {
                int from = b * TinyModels.LENGTH;
                int to = from + s.batch.lengths()[b];
                List<double[][]> expected = new ArrayList<>();
                naive.hidden(Arrays.copyOfRange(s.batch.ids(), from, to), s.batch.segments() == null ? null : Arrays.copyOfRange(s.batch.segments(), from, to), queries, expected);
                for (int l = 0; l < summaries.size(); l++) {
                    for (int t = 0; t < 2; t++) {
                        double[] found = Arrays.copyOfRange(summaries.get(l), (2 * b + t) * d, (2 * b + t + 1) * d);
                        // rotary tables are float32
                        assertThat(found).as("text %d layer %d query %d", b, l, t).containsExactly(expected.get(l)[t], within(1e-6));
                    }
                }
            }
        }
    }

    private static double[][] rows(double[] all, int d) {
        return IntStream.range(0, all.length / d).mapToObj(i -> Arrays.copyOfRange(all, i * d, (i + 1) * d)).toArray(double[][]::new);
    }

    @ParameterizedTest
    @MethodSource("families")
    void gradientsAreTheSlopesOfTheLoss(String family) {
        Ledger ledger = new Ledger();
        try (Setting s = Setting.of(ledger, DType.F64, family, 2, 0)) {
            Map<String, double[]> gradients = s.gradients(false);
            List<Parameter> all = new ArrayList<>(s.adapter.parameters());
            all.addAll(s.head.parameters());
            for (Parameter p : all) {
                double[] g = gradients.get(p.path());
                double[] w = TinyModels.doubles(s.c, p.data()).toArray();
                for (int probe = 0; probe < 3; probe++) {
                    int i = (int) Keys.below(Keys.key(0, "probe", p.path(), 0), probe, w.length);
                    put(s.c, p, w, i, STEP);
                    double up = s.loss();
                    put(s.c, p, w, i, -STEP);
                    double down = s.loss();
                    put(s.c, p, w, i, 0);
                    assertThat(g[i]).as(p.path() + "[" + i + "]").isCloseTo((up - down) / (2 * STEP), within(5e-6 * Math.max(1, Math.abs(g[i]))));
                }
            }
        }
        assertThat(ledger.total()).isZero();
        assertThat(ledger.openAccounts()).isZero();
    }

    @ParameterizedTest
    @MethodSource("families")
    void aLayerThatKeepsItsInputAloneGivesTheSameBits(String family) {
        for (double dropout : new double[] {0, 0.3}) {
            Map<String, double[]> keys;
            try (Setting s = Setting.of(new Ledger(), DType.F32, family, new AdapterChoice.QueryTokens(2, dropout))) {
                keys = s.gradients(false);
            }
            Ledger ledger = new Ledger();
            try (Setting s = Setting.of(ledger, DType.F32, family, new AdapterChoice.QueryTokens(2, dropout, AdapterChoice.KeptForQueries.INPUT))) {
                s.gradients(false).forEach((path, g) -> assertThat(g).as(path).isEqualTo(keys.get(path)));
            }
            assertThat(ledger.total()).isZero();
        }
    }

    private static void put(Compute c, Parameter p, double[] w, int i, double by) {
        c.overwrite(p.data(), () -> doubles(w.length, j -> j == i ? w[j] + by : w[j]));
    }

    private static ByteBuffer doubles(int n, java.util.function.IntToDoubleFunction f) {
        ByteBuffer b = ByteBuffer.allocateDirect(n * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int j = 0; j < n; j++) {
            b.putDouble(f.applyAsDouble(j));
        }
        return b.flip();
    }

    private static Tensor filled(Compute c, Shape shape, DType dtype, java.util.function.IntToDoubleFunction f) {
        Tensor t = c.zeros(Category.WORKSPACE, "test", dtype, shape);
        if (dtype == DType.F64) {
            c.overwrite(t, () -> doubles((int) shape.elements(), f));
        } else {
            c.overwrite(t, () -> {
                ByteBuffer b = ByteBuffer.allocateDirect((int) shape.elements() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                for (int j = 0; j < shape.elements(); j++) {
                    b.putFloat((float) f.applyAsDouble(j));
                }
                return b.flip();
            });
        }
        return t;
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "llama-3.1"})
    void whatALayersQueriesLearnDoesNotDependOnThoseOfAnother(String family) {
        try (Setting s = Setting.of(new Ledger(), DType.F64, family, 2, 0)) {
            Parameter first = s.adapter.parameters().getFirst();
            Parameter last = s.adapter.parameters().getLast();
            Map<String, double[]> before = s.gradients(true);
            double[] w = TinyModels.doubles(s.c, first.data()).toArray();
            put(s.c, first, w, 3, 0.7);
            Map<String, double[]> after = s.gradients(true);
            assertThat(after.get(last.path())).containsExactly(before.get(last.path()), within(0.0));
            assertThat(after.get(first.path())).isNotEqualTo(before.get(first.path()));
            put(s.c, first, w, 3, 0);
            put(s.c, last, TinyModels.doubles(s.c, last.data()).toArray(), 3, 0.7);
            Map<String, double[]> above = s.gradients(true);
            assertThat(above.get(first.path())).containsExactly(before.get(first.path()), within(0.0));
            assertThat(above.get(last.path())).isNotEqualTo(before.get(last.path()));
        }
    }

    @Test
    void queriesInAnotherOrderPermuteTheFeaturesAndNothingElse() {
        try (Setting s = Setting.of(new Ledger(), DType.F64, "bert", 2, 0)) {
            int d = s.m.config().hidden();
            double[] before = s.features();
            Parameter p = s.adapter.parameters().getLast();
            double[] w = TinyModels.doubles(s.c, p.data()).toArray();
            s.c.overwrite(p.data(), () -> doubles(2 * d, j -> w[(j + d) % (2 * d)]));
            double[] after = s.features();
            int width = (int) s.head.site().in();
            int last = width - 2 * d;
            double[] expected = IntStream.range(0, before.length).mapToDouble(i -> before[i % width < last ? i : i - i % width + last + (i % width - last + d) % (2 * d)]).toArray();
            assertThat(after).containsExactly(expected, within(1e-14));
            assertThat(after).isNotEqualTo(before);
        }
    }

    @Test
    void queriesAreDroppedInTrainingByKeyAndTheFrozenLayersAreNot() {
        ModelConfig config = TinyModels.config("bert");
        try (Setting s = Setting.of(new Ledger(), DType.F64, "bert", 2, 0.5)) {
            assertThat(s.gradients(false)).usingRecursiveComparison().isEqualTo(s.gradients(false));
            int pooled = config.embedding();
            int width = (int) s.head.site().in();
            double[] used = s.features();
            try (TinyModels.Sum sum = new TinyModels.Sum(s.c); Tape tape = TinyModels.tape(s.c, TinyModels.training(s.adapter.parameters()), sum)) {
                double[] trained;
                try (Tensor t = s.features(Pass.taped(s.c, tape, 3, 1)).take()) {
                    trained = TinyModels.doubles(s.c, t).toArray();
                }
                for (int b = 0; b < TinyModels.BATCH; b++) {
                    assertThat(Arrays.copyOfRange(trained, b * width, b * width + pooled)).isEqualTo(Arrays.copyOfRange(used, b * width, b * width + pooled));
                    assertThat(Arrays.copyOfRange(trained, b * width + pooled, (b + 1) * width)).isNotEqualTo(Arrays.copyOfRange(used, b * width + pooled, (b + 1) * width));
                }
            }
        }
    }

    /** What dropout there is in a model belongs to its training: a frozen one is read as it will be used. */
    @Test
    void layersWithDropoutAreReadWithout() {
        ModelConfig config = TinyModels.config("gpt2");
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F64, config, 0.5); TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
            Adapter a = Adapter.attach(c, m, new AdapterChoice.QueryTokens(1, 0), DType.F64, 8);
            List<double[]> seen = new ArrayList<>();
            try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(a.parameters()), sum)) {
                for (Pass pass : List.of(Pass.taped(c, tape, 3, 1), Pass.taped(c, tape, 3, 2))) {
                    m.hidden(Pass.untaped(c), (untaped, blocks, x) -> new QueryStack(v -> {
                        seen.add(TinyModels.doubles(c, v.tensor()).toArray());
                        v.release();
                    }).run(pass, blocks, x), batch.inputs()).release();
                }
            }
            assertThat(seen.subList(0, 2)).usingRecursiveComparison().isEqualTo(seen.subList(2, 4));
            a.close();
        }
    }

    @Test
    void aPieceIsAsLongAsOneWhateverItsScaleAndItsGradientStandsAcrossIt() {
        try (TorchCompute c = TorchCompute.cpu(new Ledger())) {
            double[][] features = new double[2][];
            for (int k = 0; k < 2; k++) {
                double scale = k == 0 ? 1 : 1000;
                try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(List.of()), sum)) {
                    Pass pass = Pass.taped(c, tape, 1, 1);
                    Value x = tape.leaf(filled(c, Shape.of(4, 3), DType.F64, i -> scale * Math.cos(3 * i + 1)));
                    double[] at = TinyModels.doubles(c, x.tensor()).toArray();
                    Value y = pass.apply(new UnitPieces(2, 8), x.last());
                    features[k] = TinyModels.doubles(c, y.tensor()).toArray();
                    tape.backward(y, filled(c, Shape.of(2, 8), DType.F64, i -> Math.sin(i + 1)));
                    y.release();
                    try (Tensor g = Tape.takeGradient(x)) {
                        double[] dx = TinyModels.doubles(c, g).toArray();
                        for (int b = 0; b < 2; b++) {
                            int from = 6 * b;
                            assertThat(IntStream.range(from, from + 6).mapToDouble(i -> dx[i] * at[i]).sum()).isCloseTo(0, within(1e-12));
                            int row = 8 * b;
                            double[] f = features[k];
                            assertThat(IntStream.range(row, row + 6).mapToDouble(i -> f[i] * f[i]).sum()).isCloseTo(1, within(1e-12));
                            assertThat(Arrays.copyOfRange(f, row + 6, row + 8)).containsOnly(0);
                        }
                        assertThat(dx).isNotEqualTo(new double[12]);
                    }
                }
            }
            assertThat(features[1]).containsExactly(features[0], within(1e-14));
        }
    }

    @Test
    void withoutAdaptersTheHeadReadsThePooledStateAlone() {
        try (Setting s = Setting.of(new Ledger(), DType.F64, "llama-3.1", 1, 0)) {
            int width = (int) s.head.site().in();
            int pooled = s.m.config().embedding();
            Pass pass = Pass.untaped(s.c);
            double[] on = s.features();
            try (Tensor t = s.features(pass.with(pass.adapters().off())).take()) {
                double[] off = TinyModels.doubles(s.c, t).toArray();
                assertThat(IntStream.range(0, on.length).mapToDouble(i -> i % width < pooled ? on[i] : 0).toArray()).isEqualTo(off);
            }
        }
    }

    @Test
    void nothingBeforeTheBlocksMayTrain() {
        try (Setting s = Setting.of(new Ledger(), DType.F64, "bert", 1, 0); TinyModels.Sum sum = new TinyModels.Sum(s.c)) {
            List<Parameter> embedding = s.m.parameters().subList(0, 1);
            try (Tape tape = TinyModels.tape(s.c, TinyModels.training(embedding), sum)) {
                assertThatThrownBy(() -> s.features(Pass.taped(s.c, tape, 1, 1))).hasMessageContaining("train nothing before them");
            }
        }
    }

    private static ModelConfig shaped(String family, int layers, int inner) {
        String json = switch (family) {
            case "llama" -> """
                    {"model_type":"llama","vocab_size":100,"hidden_size":32,"num_hidden_layers":%d,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":%d,"max_position_embeddings":128}""";
            default -> """
                    {"model_type":"bert","vocab_size":100,"hidden_size":32,"num_hidden_layers":%d,"num_attention_heads":4,"intermediate_size":%d,"max_position_embeddings":128}""";
        };
        return HuggingFaceConfig.parse(family, json.formatted(layers, inner));
    }

    private static final int SEQUENCES = 4;
    private static final int TOKENS = 64;

    /** Bytes kept by a layer for the backward pass: those of three layers less those of two. */
    private static long kept(String family, AdapterChoice.QueryTokens choice, int inner) {
        long[] kept = new long[2];
        for (int k = 0; k < 2; k++) {
            ModelConfig config = shaped(family, 2 + k, inner);
            Ledger ledger = new Ledger();
            try (Compute c = new DryCompute(ledger); Model m = Transformers.build(config, new RandomWeights(c, DType.F32, Storage.DENSE, config, 1), 0);
                    Adapter a = Adapter.attach(c, m, choice, DType.F32, 8);
                    Tensor ids = c.zeros(Category.DATA, "ids", DType.I64, Shape.of(SEQUENCES * TOKENS)); Tensor lengths = c.zeros(Category.DATA, "lengths", DType.I64, Shape.of(SEQUENCES));
                    TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(a.parameters()), sum)) {
                m.hidden(Pass.taped(c, tape, 1, 1), new QueryStack(Value::release), new Model.Inputs(ids, null, lengths, SEQUENCES, TOKENS)).release();
                assertThat(ledger.total(Category.WORKSPACE)).as("nothing but what is kept stays after the pass").isZero();
                assertThat(ledger.total(Category.GRADIENTS)).isZero();
                kept[k] = ledger.total(Category.ACTIVATIONS);
            }
        }
        return kept[1] - kept[0];
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aLayerKeepsItsKeysAndValuesAndAFewRows(int count) {
        AdapterChoice.QueryTokens choice = new AdapterChoice.QueryTokens(count, 0.1);
        // rows: inputs of two norms, queries, and what the activation reads; two statistics of a row with LayerNorm's means, one without
        long bert = 2L * SEQUENCES * TOKENS * 32 + (long) SEQUENCES * count * (3 * 32 + 72 + 4);
        long llama = 2L * SEQUENCES * TOKENS * 16 + (long) SEQUENCES * count * (3 * 32 + 2 * 72 + 2);
        assertThat(kept("bert", choice, 72)).isEqualTo(bert * Float.BYTES);
        assertThat(kept("llama", choice, 72)).isEqualTo(llama * Float.BYTES);
        // a wider feed-forward layer is felt by those rows alone
        assertThat(kept("bert", choice, 144) - kept("bert", choice, 72)).isEqualTo((long) SEQUENCES * count * 72 * Float.BYTES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "llama"})
    void orItsInputAlone(String family) {
        assertThat(kept(family, new AdapterChoice.QueryTokens(4, 0.1, AdapterChoice.KeptForQueries.INPUT), 72)).isEqualTo((long) SEQUENCES * TOKENS * 32 * Float.BYTES);
    }
}
