package headroom.engine.recipe.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.DryCompute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import headroom.engine.model.CheckpointExport;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.Model;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.WeightPresets;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.WeightSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every form of the weights slot on one matrix: products and gradients against float64 sums over the dequantised matrix, bytes as stored, both machines alike. */
class WeightStoresTest {
    private static final int OUT = 24;
    private static final int IN = 128;
    private static final Ledger LEDGER = new Ledger();
    private static TorchCompute torch;

    @BeforeAll
    static void open() {
        torch = TorchCompute.cpu(LEDGER);
    }

    @AfterAll
    static void close() {
        torch.close();
        assertThat(LEDGER.total()).as("bytes that no test gave back").isZero();
    }

    static Stream<WeightsChoice> choices() {
        return Stream.concat(WeightPresets.words().stream().filter(w -> !w.equals("cut")).flatMap(w -> Stream.of(WeightPresets.of(w), WeightPresets.of(w).withGroup(32).withTile(5))),
                Stream.of(new WeightsChoice.NormalFloat(4, 64, false, 0), new WeightsChoice.IntegerCodes(3, 0, true, WeightsChoice.ScaleType.F16, false, 7),
                        new WeightsChoice.IntegerCodes(4, 32, false, WeightsChoice.ScaleType.F32, true, 0), new WeightsChoice.IntegerCodes(4, 0, true, WeightsChoice.ScaleType.F32, true, 7)));
    }

    private static double[] normal(int n) {
        Random random = new Random(9);
        return random.doubles(n).map(u -> (float) (random.nextGaussian() * 0.05)).toArray();
    }

    private static WeightSource stored(Compute c, WeightStores stores, DType dtype) {
        return stores.store(c, "decoder.0.site", OUT, IN, () -> Product.tensor(c, dtype, normal(OUT * IN), OUT, IN));
    }

    @ParameterizedTest
    @MethodSource("choices")
    void productsAreThoseOfTheDequantisedMatrix(WeightsChoice choice) {
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            try (WeightStores stores = WeightStores.open(torch, choice, dtype, 7); WeightSource w = stored(torch, stores, dtype)) {
                Product p = Product.of(torch, w, false);
                double bound = dtype == DType.F32 ? 1e-6 : 0.02;
                assertThat(distance(p.y, p.exactY())).as("%s y", dtype).isLessThan(bound);
                assertThat(distance(p.dx, p.exactDx())).as("%s dx", dtype).isLessThan(bound);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("choices")
    void rowsAreThatPartOfTheWhole(WeightsChoice choice) {
        try (WeightStores stores = WeightStores.open(torch, choice, DType.F32, 7); WeightSource w = stored(torch, stores, DType.F32);
                Tensor whole = w.rows(torch, 0, OUT); Tensor part = w.rows(torch, 3, 20); Tensor same = whole.rows(3, 20)) {
            assertThat(torch.floats(part)).containsExactly(torch.floats(same));
        }
    }

    @ParameterizedTest
    @MethodSource("choices")
    void theLedgerHoldsWhatIsStoredOnBothMachines(WeightsChoice choice) {
        Ledger real = new Ledger();
        Ledger dry = new Ledger();
        long[] stored = new long[2];
        try (TorchCompute t = TorchCompute.cpu(real); DryCompute d = new DryCompute(dry)) {
            for (Compute c : List.of(t, d)) {
                try (WeightStores stores = WeightStores.open(c, choice, DType.BF16, 7)) {
                    long tables = c.ledger().total(Category.WEIGHTS);
                    try (WeightSource w = stored(c, stores, DType.BF16)) {
                        assertThat(c.ledger().total() + c.ledger().total(Tier.HOST)).isEqualTo(tables + w.bytes());
                        stored[c.isDry() ? 1 : 0] = w.bytes();
                    }
                }
            }
        }
        assertThat(stored[1]).isEqualTo(stored[0]);
        assertThat(dry.peak().bytes()).isEqualTo(real.peak().bytes());
        assertThat(real.total()).isZero();
    }

    @Test
    void packedCodesTakeTheirBitsAndTheirScales() {
        long n = OUT * IN;
        assertThat(bytes("int8")).isEqualTo(n + 4 * OUT);
        assertThat(bytes("int4")).isEqualTo(n / 2 + n / 128 * 3);
        assertThat(bytes("int3")).isEqualTo(n * 3 / 8 + n / 128 * 3);
        assertThat(bytes("int2")).isEqualTo(n / 4 + n / 64 * 3);
        assertThat(bytes("nf3")).isEqualTo(n * 3 / 8 + n / 64 + 4 + 4);
        assertThat(bytes("fp4")).isEqualTo(n / 2 + n / 64 + 4 + 4);
        assertThat(bytes("fp16")).isEqualTo(2 * n);
        assertThat(bytes("dense")).isEqualTo(4 * n);
    }

    private static long bytes(String word) {
        try (DryCompute c = new DryCompute(new Ledger()); WeightStores stores = WeightStores.open(c, WeightPresets.of(word), DType.F32, 7); WeightSource w = stored(c, stores, DType.F32)) {
            return w.bytes();
        }
    }

    @Test
    void theReportSaysWhatIsLostAndWhatItTakes() {
        ModelConfig config = HuggingFaceConfig.parse("small", """
                {"model_type":"llama","vocab_size":64,"hidden_size":128,"num_hidden_layers":1,"num_attention_heads":4,"intermediate_size":256,"max_position_embeddings":64}""");
        Assembly.ModelMaker maker = (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 3), 0);
        // errors of normal data in blocks of 64: published for NF4 and absmax int4
        Map<WeightsChoice, Double> errors = Map.of(WeightPresets.of("nf4"), 0.092, new WeightsChoice.IntegerCodes(4, 64, true, WeightsChoice.ScaleType.F32, false, 0), 0.108,
                WeightPresets.of("dense"), 0.0);
        errors.forEach((choice, error) -> {
            List<StoreReport> reports = StoreReport.of(torch, maker, choice, DType.F32, 7);
            assertThat(reports).hasSize(7).allSatisfy(r -> assertThat(r.relativeError()).as("%s %s", choice, r.path()).isCloseTo(error, within(0.004)));
            assertThat(reports.getFirst().bitsPerWeight()).isCloseTo(choice instanceof WeightsChoice.Dense ? 32 : choice instanceof WeightsChoice.NormalFloat ? 4.1289 : 4.5, within(0.001));
        });
    }

    /** Each on the measure that it makes least: squares for SHRINK, fourth powers for GRID_LP. */
    @Test
    void rangesThatAreSearchedForLoseNoMoreThanWholeOnes() {
        ModelConfig config = HuggingFaceConfig.parse("small", """
                {"model_type":"llama","vocab_size":64,"hidden_size":128,"num_hidden_layers":1,"num_attention_heads":4,"intermediate_size":256,"max_position_embeddings":64}""");
        Assembly.ModelMaker maker = (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 3), 0);
        for (String form : List.of("int4", "int3", "int2")) {
            List<StoreReport> whole = StoreReport.of(torch, maker, WeightPresets.of(form), DType.F32, 7);
            List<StoreReport> squares = StoreReport.of(torch, maker, WeightPresets.of(form + "-shrink"), DType.F32, 7);
            List<StoreReport> fourths = StoreReport.of(torch, maker, WeightPresets.of(form + "-grid"), DType.F32, 7);
            for (int i = 0; i < whole.size(); i++) {
                assertThat(squares.get(i).relativeError()).as("%s of %s", form, whole.get(i).path()).isLessThan(whole.get(i).relativeError());
                assertThat(fourths.get(i).quarticError()).as("%s of %s", form, whole.get(i).path()).isLessThanOrEqualTo(whole.get(i).quarticError());
                assertThat(squares.get(i).bytes()).isEqualTo(whole.get(i).bytes()).isEqualTo(fourths.get(i).bytes());
            }
        }
        for (String word : WeightPresets.words()) {
            assertThat(WeightPresets.wordOf(WeightPresets.of(word))).isEqualTo(word);
        }
    }

    @Test
    void anExportWritesTheMatrixThatTheStoredPartsMake() {
        ModelConfig config = HuggingFaceConfig.parse("small", """
                {"model_type":"llama","vocab_size":64,"hidden_size":32,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":64,"max_position_embeddings":64}""");
        Map<WeightsChoice, List<String>> written = new LinkedHashMap<>();
        for (WeightsChoice choice : List.of(new WeightsChoice.Dense(), new WeightsChoice.Factored(4, WeightsChoice.FactorStart.SVD), WeightPresets.of("factored-sparse"),
                new WeightsChoice.IntegerCodes(4, 0, false, WeightsChoice.ScaleType.F32, true, 0), WeightPresets.of("host"), WeightPresets.of("2:4"))) {
            try (WeightStores stores = WeightStores.open(torch, choice, DType.F32, 7);
                    Model m = Transformers.build(config, new RandomWeights(torch, DType.F32, stores, config, 3), 0)) {
                written.put(choice, CheckpointExport.entries(torch, m, DType.F32).stream().map(e -> e.name() + " " + e.shape()).sorted().toList());
            }
        }
        assertThat(written.values()).allSatisfy(names -> assertThat(names).isEqualTo(written.get(new WeightsChoice.Dense())));
    }

    @Test
    void trainedScalesHaveTheSlopeOfTheLoss() {
        for (int group : new int[] {0, 32}) {
            for (boolean symmetric : new boolean[] {true, false}) {
                for (int tile : new int[] {0, 5}) {
                    WeightsChoice choice = new WeightsChoice.IntegerCodes(4, group, symmetric, WeightsChoice.ScaleType.F32, true, tile);
                    try (WeightStores stores = WeightStores.open(torch, choice, DType.F32, 7); WeightSource w = stored(torch, stores, DType.F32)) {
                        Parameter scales = w.parameters().getFirst();
                        double[] g = Product.of(torch, w, true).gradients.get(scales.path());
                        double[] s = Product.doubles(torch, scales.data());
                        for (int i : new int[] {0, s.length / 2, s.length - 1}) {
                            // the loss is linear in a scale, so a long step only makes the difference more exact
                            double up = moved(w, scales, s, i, 0.5);
                            double down = moved(w, scales, s, i, -0.5);
                            moved(w, scales, s, i, 0);
                            assertThat(g[i]).as("group %d symmetric %s tile %d scale %d", group, symmetric, tile, i).isCloseTo(up - down, within(2e-4 * Math.max(1, Math.abs(g[i]))));
                        }
                    }
                }
            }
        }
    }

    static Stream<WeightsChoice> trained() {
        return Stream.of(new WeightsChoice.Dense(), new WeightsChoice.Dense(WeightsChoice.StoredType.BF16, 5), new WeightsChoice.Factored(3, WeightsChoice.FactorStart.SVD),
                new WeightsChoice.Factored(0.25, WeightsChoice.FactorStart.KAIMING), new WeightsChoice.FactoredSparse(4, 0.1, 8, 0), new WeightsChoice.FactoredSparse(4, 0.1, 8, 5));
    }

    @ParameterizedTest
    @MethodSource("trained")
    void everyPartThatTrainsHasTheSlopeOfTheLoss(WeightsChoice choice) {
        try (WeightStores stores = WeightStores.open(torch, choice, DType.F32, 7); WeightSource w = stored(torch, stores, DType.F32)) {
            Map<String, double[]> gradients = Product.of(torch, w, true).gradients;
            assertThat(gradients).hasSize(w.parameters().size());
            for (Parameter p : w.parameters()) {
                double[] g = gradients.get(p.path());
                double[] values = Product.doubles(torch, p.data());
                for (int i : new int[] {0, values.length / 3, values.length - 1}) {
                    // linear in each element; powers of two, so that bf16 takes them whole
                    double up = moved(w, p, values, i, 1);
                    double down = moved(w, p, values, i, -1);
                    moved(w, p, values, i, 0);
                    assertThat(g[i]).as("%s[%d]", p.path(), i).isCloseTo((up - down) / 2, within(p.dtype() == DType.BF16 ? 0.02 * Math.max(1, Math.abs(g[i])) : 2e-4 * Math.max(1, Math.abs(g[i]))));
                }
            }
        }
    }

    @Test
    void factorsAreTheBestApproximationAndShareTheSingularValuesEvenly() {
        try (WeightStores stores = WeightStores.open(torch, new WeightsChoice.Factored(OUT, WeightsChoice.FactorStart.SVD), DType.F32, 7);
                WeightStores less = WeightStores.open(torch, new WeightsChoice.Factored(0.5, WeightsChoice.FactorStart.SVD), DType.F32, 7);
                WeightSource whole = stored(torch, stores, DType.F32); WeightSource half = stored(torch, less, DType.F32); Tensor w = whole.rows(torch, 0, OUT); Tensor h = half.rows(torch, 0, OUT)) {
            assertThat(distance(Product.doubles(torch, w), normal(OUT * IN))).isLessThan(1e-5);
            // a random matrix of this shape keeps most of its energy in the upper half of its spectrum, and a truncation loses the rest of it
            double[] u = Product.doubles(torch, half.parameters().get(0).data());
            double[] v = Product.doubles(torch, half.parameters().get(1).data());
            double lost = 0;
            double[] full = Product.doubles(torch, whole.parameters().get(1).data());
            for (int k = 0; k < OUT; k++) {
                double sigma = 0;
                for (int i = 0; i < IN; i++) {
                    sigma += full[k * IN + i] * full[k * IN + i];
                }
                if (k >= OUT / 2) {
                    lost += sigma * sigma;
                } else {
                    double columns = 0;
                    for (int o = 0; o < OUT; o++) {
                        columns += u[o * OUT / 2 + k] * u[o * OUT / 2 + k];
                    }
                    double rows = 0;
                    for (int i = 0; i < IN; i++) {
                        rows += v[k * IN + i] * v[k * IN + i];
                    }
                    assertThat(columns).isCloseTo(sigma, within(1e-4)).isCloseTo(rows, within(1e-4));
                }
            }
            double[] exact = normal(OUT * IN);
            double[] near = Product.doubles(torch, h);
            double error = 0;
            for (int i = 0; i < exact.length; i++) {
                error += (exact[i] - near[i]) * (exact[i] - near[i]);
            }
            assertThat(error).isCloseTo(lost, within(1e-4));
        }
    }

    @Test
    void holesAreWhereTheLeastWeightsWereAndHaveNoGradient() {
        for (WeightsChoice.Masked m : List.of(new WeightsChoice.Masked(WeightsChoice.MaskPattern.GROUPS, 0, 2, 4), new WeightsChoice.Masked(WeightsChoice.MaskPattern.ENTRIES, 0.25, 0, 0),
                new WeightsChoice.Masked(WeightsChoice.MaskPattern.ROWS, 0.5, 0, 0), new WeightsChoice.Masked(WeightsChoice.MaskPattern.COLUMNS, 0.75, 0, 0))) {
            try (WeightStores stores = WeightStores.open(torch, m, DType.F32, 7); WeightSource w = stored(torch, stores, DType.F32)) {
                double kept = m.pattern() == WeightsChoice.MaskPattern.GROUPS ? 0.5 : m.kept();
                double[] exact = normal(OUT * IN);
                Product p = Product.of(torch, w, true);
                double[] g = p.gradients.values().iterator().next();
                int holes = 0;
                for (int i = 0; i < g.length; i++) {
                    if (p.weight[i] == 0) {
                        holes++;
                        assertThat(g[i]).isZero();
                    } else {
                        assertThat(p.weight[i]).isEqualTo(exact[i]);
                        double dw = 0;
                        for (int n = 0; n < Product.ROWS; n++) {
                            dw += p.dy[n * OUT + i / IN] * p.x[n * IN + i % IN];
                        }
                        assertThat(g[i]).isCloseTo(dw, within(1e-5));
                    }
                }
                assertThat(holes).as("%s", m).isEqualTo((int) Math.round((1 - kept) * g.length));
                if (m.pattern() == WeightsChoice.MaskPattern.GROUPS) {
                    for (int i = 0; i < g.length; i += 4) {
                        double least = Double.MAX_VALUE;
                        double greatest = 0;
                        for (int k = i; k < i + 4; k++) {
                            if (p.weight[k] == 0) {
                                greatest = Math.max(greatest, Math.abs(exact[k]));
                            } else {
                                least = Math.min(least, Math.abs(exact[k]));
                            }
                        }
                        assertThat(greatest).isLessThan(least);
                    }
                }
            }
        }
    }

    private static double moved(WeightSource w, Parameter p, double[] values, int i, double by) {
        double[] v = values.clone();
        v[i] += by;
        try (Tensor t = Product.tensor(torch, p.dtype(), v, v.length)) {
            torch.overwrite(p.data(), () -> torch.download(t));
        }
        return Product.of(torch, w, false).loss();
    }

    @Test
    void aGroupThatDoesNotDivideARowGivesWayToTheNearestDivisor() {
        // 688 = 16 · 43: beside 64 there are 16 and 172
        WeightsChoice choice = new WeightsChoice.IntegerCodes(2, 64, true, WeightsChoice.ScaleType.F32, false, 0);
        try (WeightStores stores = WeightStores.open(torch, choice, DType.F32, 7);
                WeightSource w = stores.store(torch, "decoder.0.mlp.down", 3, 688, () -> Product.tensor(torch, DType.F32, normal(3 * 688), 3, 688))) {
            assertThat(w.bytes()).isEqualTo(3 * 688 / 4 + 4 * 3 * 688 / 172);
        }
    }

    @Test
    void whatCannotBePackedIsRefusedWithWhatWould() {
        try (WeightStores stores = WeightStores.open(torch, WeightPresets.of("int3"), DType.F32, 7)) {
            assertThatThrownBy(() -> stores.store(torch, "decoder.0.mlp.down", 3, 30, () -> Product.tensor(torch, DType.F32, normal(90), 3, 30)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a row of 30 codes of 3 bits ends within a byte; choose 8 bits");
        }
        assertThatThrownBy(() -> new WeightsChoice.NormalFloat(5, 64, true, 0)).hasMessageContaining("there are 2, 3, 4 and 8");
        assertThatThrownBy(() -> new WeightsChoice.IntegerCodes(3, 20, true, null, false, 0)).hasMessageContaining("use a multiple of 8");
    }

    private static double distance(double[] x, double[] y) {
        double d = 0;
        double n = 0;
        for (int i = 0; i < x.length; i++) {
            d += (x[i] - y[i]) * (x[i] - y[i]);
            n += y[i] * y[i];
        }
        return Math.sqrt(d / n);
    }
}
