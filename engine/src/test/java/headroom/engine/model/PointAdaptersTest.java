package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.AttentionKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Methods;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.AdapterChoice.FrontStart;
import headroom.engine.recipe.AdapterChoice.Nonlinearity;
import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.ops.Attention;
import headroom.engine.tape.ops.PrefixAttention;
import headroom.engine.tape.stack.CheckpointedStack;
import headroom.engine.tape.stack.StackDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters at points, on a model of every family: gradients are slopes, starts are the base, checkpoints repeat the bits, generation agrees with reading the whole text. */
class PointAdaptersTest {
    private static final double STEP = 1e-5;
    private static final AdapterChoice GATES = new AdapterChoice.ActivationGates(List.of("k", "v", "mlp.inner"));

    private static Map<String, AdapterChoice> choices() {
        Map<String, AdapterChoice> all = new LinkedHashMap<>();
        all.put("gates", GATES);
        all.put("gates everywhere", new AdapterChoice.ActivationGates(List.of("q", "attention.out", "gate?", "up", "block", "attention.in", "hidden", "mlp.in")));
        all.put("biases", new AdapterChoice.AddedBias(List.of("all")));
        all.put("bottlenecks in sequence", new AdapterChoice.Bottleneck(3, Nonlinearity.SWISH, false, true, 1, false, List.of("attention", "mlp")));
        all.put("normed bottlenecks after blocks", new AdapterChoice.Bottleneck(3, Nonlinearity.TANH, false, true, 0.5, true, List.of("block")));
        all.put("parallel bottlenecks", new AdapterChoice.Bottleneck(3, Nonlinearity.GELU, true, true, 4, false, List.of("mlp", "attention")));
        all.put("prefix", new AdapterChoice.PrefixKv(2, 0, 0.1, FrontStart.TOKENS, List.of(), false));
        all.put("made prefix", new AdapterChoice.PrefixKv(2, 5, 0, FrontStart.NORMAL, List.of(), false));
        AdapterChoice.LowRank pairs = new AdapterChoice.LowRank(3, 5, 0.1, List.of("all"));
        all.put("pairs by root rank", pairs.with(AdapterChoice.Scaling.ALPHA_BY_ROOT_RANK).withRanks(Map.of("v", 2)));
        all.put("pairs under an exact norm", new AdapterChoice.WeightNorm(pairs, true));
        all.put("shared bases", new AdapterChoice.Vera(6, 0.1, 0.1, List.of("all")));
        all.put("triplets", new AdapterChoice.Triplets(3, 5, 0.1, 0, List.of("all")));
        all.put("prompt", new AdapterChoice.PromptTokens(1, FrontStart.TOKENS, List.of(4)));
        return all;
    }

    static Stream<Arguments> everywhere() {
        return TinyModels.configs().keySet().stream().flatMap(family -> choices().keySet().stream()
                .filter(choice -> !choice.equals("biases") || !TinyModels.config(family).mlpBias()).map(choice -> Arguments.of(family, choice)));
    }

    static Set<String> families() {
        return TinyModels.configs().keySet();
    }

    private static TaskHead head(TorchCompute c, Model m, DType dtype) {
        return m.head() == null ? TaskHead.create(c, m.config(), 3, dtype, 9, TaskHead.Features.FIRST) : null;
    }

    /** Moves everything away from its start, so that no gradient is zero for want of a partner. */
    private static void stir(TorchCompute c, Adapter a) {
        a.parameters().forEach(p -> c.apply(RandomKernels.ADD_NORMAL_INTO, p.data(), Keys.key(6, "stir", p.path(), 0), 0L, 0.3));
    }

    private static double loss(TorchCompute c, Model m, TaskHead head, TinyModels.Batch batch) {
        try (TinyModels.Sum none = new TinyModels.Sum(c); Tape nothing = TinyModels.tape(c, TinyModels.training(List.of()), none)) {
            return TinyModels.loss(Pass.taped(c, nothing, 3, 1).withoutTape(), StackDriver.PLAIN, m, head, batch);
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("everywhere")
    void everyGradientIsTheSlopeOfTheLossAndACheckpointRepeatsItsBits(String family, String choice) {
        ModelConfig config = TinyModels.config(family);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger)) {
            try (Model m = TinyModels.lively(c, DType.F64, config, 0); TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
                TaskHead head = head(c, m, DType.F64);
                Adapter a = Adapter.attach(c, m, choices().get(choice), DType.F64, 8);
                stir(c, a);
                List<Map<String, double[]>> runs = new ArrayList<>();
                for (StackDriver driver : List.of(StackDriver.PLAIN, new CheckpointedStack(1))) {
                    try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(a.parameters()), sum)) {
                        TinyModels.loss(Pass.taped(c, tape, 3, 1), driver, m, head, batch);
                        assertThat(sum.complete).containsExactlyInAnyOrderElementsOf(a.parameters());
                        Map<String, double[]> g = new LinkedHashMap<>();
                        a.parameters().forEach(p -> g.put(p.path(), TinyModels.doubles(c, sum.gradients.get(p)).toArray()));
                        runs.add(g);
                    }
                }
                for (Parameter p : a.parameters()) {
                    double[] g = runs.getFirst().get(p.path());
                    assertThat(runs.getLast().get(p.path())).as(p.path()).containsExactly(g, within(0.0));
                    double[] w = TinyModels.doubles(c, p.data()).toArray();
                    for (int probe = 0; probe < 2; probe++) {
                        int i = (int) Keys.below(Keys.key(0, "probe", p.path(), 0), probe, w.length);
                        double up = moved(c, p, w, i, STEP, m, head, batch);
                        double down = moved(c, p, w, i, -STEP, m, head, batch);
                        put(c, p, w, i, 0);
                        assertThat(g[i]).as(p.path() + "[" + i + "]").isCloseTo((up - down) / (2 * STEP), within(5e-6 * Math.max(1, Math.abs(g[i]))));
                    }
                }
                a.close();
                if (head != null) {
                    head.close();
                }
            }
        }
        assertThat(ledger.total()).isZero();
        assertThat(ledger.openAccounts()).isZero();
    }

    private static double moved(TorchCompute c, Parameter p, double[] w, int i, double by, Model m, TaskHead head, TinyModels.Batch batch) {
        put(c, p, w, i, by);
        return loss(c, m, head, batch);
    }

    private static void put(TorchCompute c, Parameter p, double[] w, int i, double by) {
        c.overwrite(p.data(), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(w.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int j = 0; j < w.length; j++) {
                b.putDouble(j == i ? w[j] + by : w[j]);
            }
            return b.flip();
        });
    }

    @ParameterizedTest
    @MethodSource("families")
    void whatIsNoPrefixAndNoPromptStartsAsTheBase(String family) {
        ModelConfig config = TinyModels.config(family);
        choices().forEach((name, choice) -> {
            if (!(choice instanceof AdapterChoice.PrefixKv) && !(choice instanceof AdapterChoice.PromptTokens)) {
                try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0); TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
                    TaskHead head = head(c, m, DType.F32);
                    double base = loss(c, m, head, batch);
                    Adapter.attach(c, m, choice, DType.F32, 8);
                    assertThat(loss(c, m, head, batch)).as(name).isEqualTo(base);
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void attentionOverAPrefixIsAttentionOverItsRowsBeforeTheOthers(boolean causal) {
        int p = 3;
        int t = 5;
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Tensor length = TinyModels.integers(c, t); Tensor longer = TinyModels.integers(c, p + t)) {
            Tensor q = drawn(c, 1, p + t, 12);
            Tensor k = drawn(c, 2, p + t, 6);
            Tensor v = drawn(c, 3, p + t, 6);
            Tensor[] whole = c.run(AttentionKernels.ATTENTION, q, k, v, longer, 4L, 2L, causal);
            Tensor[] parts = PrefixAttention.forward(c, new Attention.Spec(length, 4, 2, causal), q.rows(p, p + t), k.rows(p, p + t), v.rows(p, p + t), k.rows(0, p), v.rows(0, p));
            double[] expected = TinyModels.doubles(c, whole[0]).skip(p * 12L).toArray();
            assertThat(TinyModels.doubles(c, parts[0]).toArray()).containsExactly(expected, within(1e-12));
            Tensor none = c.zeros(Category.DATA, "none", DType.F64, Shape.of(0, 6));
            Tensor[] empty = PrefixAttention.forward(c, new Attention.Spec(longer, 4, 2, causal), q, k, v, none, none);
            assertThat(TinyModels.doubles(c, empty[0]).toArray()).containsExactly(TinyModels.doubles(c, whole[0]).toArray(), within(0.0));
        }
    }

    private static Tensor drawn(TorchCompute c, long seed, long... dims) {
        Tensor t = c.zeros(Category.DATA, "drawn", DType.F64, Shape.of(dims));
        c.apply(RandomKernels.ADD_NORMAL_INTO, t, Keys.key(seed, "drawn", "", 0), 0L, 1.0);
        return t;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "opt-350m", "llama", "llama-3.1", "qwen2"})
    void aTextContinuesThroughTheCacheAsWhenItIsReadWhole(String family) {
        ModelConfig config = TinyModels.config(family);
        for (String choice : List.of("prefix", "made prefix", "prompt", "gates", "parallel bottlenecks")) {
            try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0)) {
                stir(c, Adapter.attach(c, m, choices().get(choice), DType.F32, 8));
                int[] text = {3, 1, 4};
                for (int token : new Generator(c, m).generate(new int[] {3, 1, 4}, Generator.Settings.greedy(4))) {
                    assertThat(token).as(choice).isEqualTo(likeliest(c, m, text));
                    text = Arrays.copyOf(text, text.length + 1);
                    text[text.length - 1] = token;
                }
                assertThat(text.length).isGreaterThan(3);
            }
        }
    }

    private static int likeliest(TorchCompute c, Model m, int[] text) {
        try (Tensor ids = TinyModels.integers(c, text); Tensor length = TinyModels.integers(c, text.length)) {
            Pass pass = Pass.untaped(c);
            Tensor logits = m.head().forward(pass, m.hidden(pass, StackDriver.PLAIN, new Model.Inputs(ids, null, length, 1, text.length)).last()).take();
            float[] all = c.floats(logits);
            int from = (text.length - 1) * m.config().vocab();
            int best = from;
            for (int i = from; i < from + m.config().vocab(); i++) {
                best = all[i] > all[best] ? i : best;
            }
            return best - from;
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void biasesKeepNoInputOfALinearSite(String family) {
        ModelConfig config = TinyModels.config(family);
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0); TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
            Adapter.attach(c, m, new AdapterChoice.AddedBias(List.of("all")), DType.F32, 8);
            Set<Keeper.Role> kept = EnumSet.noneOf(Keeper.Role.class);
            List<Parameter> biases = m.parameters().stream().filter(p -> p.role() == Parameter.Role.BIAS).toList();
            try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = new Tape(c, TinyModels.training(biases), (context, t) -> {
                kept.add(context.role());
                return Keeper.WHOLE.keep(context, t);
            }, sum)) {
                m.hidden(Pass.taped(c, tape, 3, 1), StackDriver.PLAIN, batch.inputs()).release();
            }
            assertThat(kept).contains(Keeper.Role.ATTENTION).doesNotContain(Keeper.Role.LINEAR_INPUT);
        }
    }

    @Test
    void aPatternThatMatchesNothingIsRefusedWithThePointsThereAre() {
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, TinyModels.config("llama"), 0)) {
            assertThatThrownBy(() -> Adapter.attach(c, m, new AdapterChoice.ActivationGates(List.of("key")), DType.F32, 1)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'key'").hasMessageContaining("decoder.*.attention.k").hasMessageContaining("decoder.*.mlp.inner");
        }
    }

    private static ModelConfig shape(String id) {
        return ModelShapes.all().stream().filter(s -> s.id().equals(id)).findFirst().orElseThrow().config();
    }

    @Test
    void trainedNumbersOfPublishedShapes() {
        ModelConfig llama = shape("llama-7b");
        assertThat(Methods.named("ia3").trainedOn(llama, Map.of())).isEqualTo(614_400);
        assertThat(Methods.named("ia3").trainedOn(llama, Map.of("targets", "linears"))).isEqualTo(1_581_056);
        for (String pairs : List.of("lora", "rslora", "lora-plus", "pissa")) {
            assertThat(Methods.named(pairs).trainedOn(llama, Map.of("rank", "64"))).as(pairs).isEqualTo(159_907_840);
        }
        long outputs = 32L * (4 * 4096 + 2 * 11008 + 4096);
        assertThat(Methods.named("dora").trainedOn(llama, Map.of("rank", "64"))).isEqualTo(159_907_840 + outputs);
        assertThat(Methods.named("vera").trainedOn(llama, Map.of("rank", "256"))).isEqualTo(outputs + 32L * 7 * 256);
        assertThat(Methods.named("prefix-tuning").trainedOn(llama, Map.of("prefix", "20"))).isEqualTo(2L * 32 * 20 * 4096);
        assertThat(Methods.named("prompt-tuning").trainedOn(llama, Map.of("prompt", "20"))).isEqualTo(20 * 4096);
        ModelConfig bert = shape("bert-base");
        // d r + r + r d + d, once and twice in each of twelve blocks
        assertThat(Methods.named("pfeiffer").trainedOn(bert, Map.of("width", "48"))).isEqualTo(12L * (2 * 48 * 768 + 48 + 768));
        assertThat(Methods.named("houlsby").trainedOn(bert, Map.of("width", "48", "norms", "false"))).isEqualTo(24L * (2 * 48 * 768 + 48 + 768));
        assertThat(Methods.named("bitfit").trainedOn(bert, Map.of())).isEqualTo(12L * (9 * 768 + 2 * 768) + 768).isBetween(95_000L, 105_000L);
    }
}
