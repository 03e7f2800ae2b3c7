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
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.AdapterChoice.LadderStart;
import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.stack.SideStack;
import headroom.engine.tape.stack.StackDriver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A narrow network beside frozen blocks: exact gradients for it, nothing kept of the blocks but what it reads. */
class SideStackTest {
    private static final StackDriver DRIVER = new SideStack();

    private static AdapterChoice.LadderNetwork ladder(int reduction, LadderStart start, Integer... taps) {
        return new AdapterChoice.LadderNetwork(reduction, 1, List.of(taps), start, 0);
    }

    /** A lively model, and a network beside it that was stirred so that no gradient is nothing. */
    private record Setting(TorchCompute c, Model m, TaskHead head, Adapter adapter, TinyModels.Batch batch) implements AutoCloseable {
        static Setting of(String family, DType dtype, AdapterChoice choice) {
            TorchCompute c = TorchCompute.cpu(new Ledger());
            ModelConfig config = TinyModels.config(family);
            Model m = TinyModels.lively(c, dtype, config, 0);
            TaskHead head = m.head() == null ? TaskHead.create(c, config, 3, dtype, 9) : null;
            return new Setting(c, m, head, Adapter.attach(c, m, choice, dtype, 8), TinyModels.Batch.of(c, config));
        }

        Setting stirred() {
            adapter.parameters().forEach(p -> c.apply(RandomKernels.ADD_NORMAL_INTO, p.data(), Keys.key(6, "stir", p.path(), 0), 0L, p.role() == Parameter.Role.GATE ? 0.05 : 0.3));
            return this;
        }

        Map<String, Parameter> side() {
            return adapter.parameters().stream().collect(Collectors.toMap(Parameter::path, Function.identity()));
        }

        double[] hidden() {
            try (Tensor t = m.hidden(Pass.untaped(c), DRIVER, batch.inputs()).take()) {
                return TinyModels.doubles(c, t).toArray();
            }
        }

        @Override
        public void close() {
            batch.close();
            if (head != null) {
                head.close();
            }
            adapter.close();
            m.close();
            assertThat(c.ledger().total()).isZero();
            c.close();
        }
    }

    static Set<String> families() {
        return TinyModels.configs().keySet();
    }

    private static int reduction(String family) {
        // a head of 6 that turns cannot be halved
        return family.equals("mistral") ? 1 : 2;
    }

    @ParameterizedTest
    @MethodSource("families")
    void gradientsOfTheNetworkAreSlopesOfTheLossAndNothingElseHasAny(String family) {
        try (Setting s = Setting.of(family, DType.F64, ladder(reduction(family), LadderStart.RANDOM)).stirred(); TinyModels.Sum sum = new TinyModels.Sum(s.c)) {
            List<Parameter> trained = new ArrayList<>(s.adapter.parameters());
            if (s.head != null) {
                trained.addAll(s.head.parameters());
            }
            try (Tape tape = TinyModels.tape(s.c, TinyModels.training(trained), sum)) {
                TinyModels.loss(Pass.taped(s.c, tape, 3, 1), DRIVER, s.m, s.head, s.batch);
            }
            assertThat(sum.complete).containsExactlyInAnyOrderElementsOf(trained);
            assertThat(s.c.ledger().total(Category.ACTIVATIONS)).isZero();
            for (Parameter p : trained) {
                int i = (int) Keys.below(4, p.path().hashCode(), p.elements());
                double step = p.role() == Parameter.Role.GATE ? 1e-6 : 1e-5;
                double g = TinyModels.doubles(s.c, sum.gradients.get(p)).toArray()[i];
                double slope = (lossWith(s, p, i, step) - lossWith(s, p, i, -step)) / (2 * step);
                assertThat(g).as("%s, element %d", p.path(), i).isCloseTo(slope, within(1e-5 * (1 + Math.abs(g))));
            }
        }
    }

    private static double lossWith(Setting s, Parameter p, int element, double change) {
        double[] was = TinyModels.doubles(s.c, p.data()).toArray();
        double[] now = was.clone();
        now[element] += change;
        ReversibleStackTest.write(s.c, p, now);
        double loss = TinyModels.loss(Pass.untaped(s.c), DRIVER, s.m, s.head, s.batch);
        ReversibleStackTest.write(s.c, p, was);
        return loss;
    }

    @Test
    void theFrozenBlocksDecideTheResultAllTheSame() {
        try (Setting s = Setting.of("llama", DType.F64, ladder(2, LadderStart.RANDOM)).stirred()) {
            double[] before = s.hidden();
            Parameter p = s.m.parameters().stream().filter(q -> q.path().equals("decoder.0.mlp.up.weight")).findFirst().orElseThrow();
            double[] w = TinyModels.doubles(s.c, p.data()).map(v -> v + 0.1).toArray();
            ReversibleStackTest.write(s.c, p, w);
            assertThat(s.hidden()).isNotEqualTo(before);
        }
    }

    /** Bytes kept after the forward pass, by the path that keeps them. */
    private static Map<String, Long> kept(ModelConfig config, AdapterChoice choice, Compute c) {
        try (Model m = Transformers.build(config, new RandomWeights(c, DType.F32, Storage.DENSE, config, 1), 0);
                Adapter a = Adapter.attach(c, m, choice, DType.F32, 8);
                Tensor ids = c.zeros(Category.DATA, "ids", DType.I64, Shape.of(18));
                Tensor lengths = c.zeros(Category.DATA, "lengths", DType.I64, Shape.of(2));
                TinyModels.Sum sum = new TinyModels.Sum(c);
                Tape tape = TinyModels.tape(c, TinyModels.training(a.parameters()), sum)) {
            m.hidden(Pass.taped(c, tape, 1, 1), DRIVER, new Model.Inputs(ids, null, lengths, 2, 9)).release();
            assertThat(c.ledger().total(Category.WORKSPACE)).as("nothing but what is kept stays after the pass").isZero();
            return c.ledger().accounts().stream().filter(x -> x.category() == Category.ACTIVATIONS).collect(Collectors.groupingBy(Account::owner, Collectors.summingLong(Account::bytes)));
        }
    }

    @ParameterizedTest
    @CsvSource({"4,0", "4,1", "4,2", "9,1"})
    void whatIsKeptIsTheFormulaToTheByte(int layers, int every) {
        ModelConfig config = ReversibleStackTest.config("bert", layers);
        AdapterChoice.LadderNetwork choice = new AdapterChoice.LadderNetwork(2, every, List.of(), LadderStart.RANDOM, 0);
        long m = choice.tapped(layers).size();
        long n = 18;
        long d = config.hidden();
        long narrow = d / 2;
        long inner = config.intermediate() / 2;
        // the input and the taps; of each narrow block its input and what a trained block keeps besides, and the difference that its gate reads; what the end reads is made again
        long elements = (m + 1) * n * d + m * n * (7 * narrow + inner) + m * n * narrow;
        long statistics = m * (4 * n + config.heads() * n) + 2 * n;
        try (Compute dry = new DryCompute(new Ledger()); Compute torch = TorchCompute.cpu(new Ledger())) {
            Map<String, Long> planned = kept(config, choice, dry);
            assertThat(planned.values().stream().mapToLong(b -> b).sum()).isEqualTo(Float.BYTES * (elements + statistics));
            assertThat(planned.keySet()).allMatch(owner -> owner.equals("side") || owner.startsWith("side."));
            assertThat(kept(config, choice, torch)).isEqualTo(planned);
        }
    }

    @Test
    void blocksThatAreNotTappedAllocateNothingAndThoseAboveTheLastAreNotRun() {
        try (Setting two = Setting.of("gpt2", DType.F32, ladder(2, LadderStart.RANDOM)); Setting one = Setting.of("gpt2", DType.F32, ladder(2, LadderStart.RANDOM, 0))) {
            assertThat(two.side().keySet()).anyMatch(path -> path.startsWith("side.1."));
            assertThat(one.side().keySet()).noneMatch(path -> path.startsWith("side.1."));
            long before = one.c.flops();
            one.hidden();
            long some = one.c.flops() - before;
            before = two.c.flops();
            two.hidden();
            assertThat(some).isLessThan((two.c.flops() - before) * 6 / 10);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void withTheWholeWidthTheCutBlocksAreTheModelsOwn(String family) {
        try (Setting s = Setting.of(family, DType.F32, ladder(1, LadderStart.PRUNED))) {
            Map<String, Parameter> side = s.side();
            String stack = s.m.blocks().getFirst().replace(".0", "");
            int compared = 0;
            for (Parameter p : s.m.parameters()) {
                String twin = p.path().replaceFirst("^" + stack, SideNetwork.PATH);
                if (side.containsKey(twin) && p != side.get(twin)) {
                    assertThat(TinyModels.doubles(s.c, side.get(twin).data()).toArray()).as(twin).isEqualTo(TinyModels.doubles(s.c, p.data()).toArray());
                    compared++;
                }
            }
            assertThat(compared).isGreaterThanOrEqualTo(2 * (4 + 2 + 2));
        }
    }

    /** What is kept of a matrix is a part of it by rows and columns, and the same widths everywhere: by the numbers, which are all different. */
    @ParameterizedTest
    @ValueSource(strings = {"bert", "gpt2", "llama-3.1", "qwen2"})
    void aCutTakesTheSameWidthsOutOfAllThatHangsTogether(String family) {
        try (Setting s = Setting.of(family, DType.F32, ladder(2, LadderStart.PRUNED))) {
            Map<String, Parameter> side = s.side();
            String stack = s.m.blocks().getFirst().replace(".0", "");
            Set<List<Integer>> streams = new java.util.HashSet<>();
            for (int i = 0; i < 2; i++) {
                int[][] q = places(s, stack, side, i + ".attention.q");
                int[][] k = places(s, stack, side, i + ".attention.k");
                int[][] v = places(s, stack, side, i + ".attention.v");
                int[][] out = places(s, stack, side, i + ".attention.out");
                int[][] up = places(s, stack, side, i + ".mlp.up");
                int[][] down = places(s, stack, side, i + ".mlp.down");
                assertThat(v[0]).isEqualTo(k[0]);
                assertThat(out[1]).isEqualTo(q[0]);
                assertThat(down[1]).isEqualTo(up[0]);
                int head = s.m.config().headDim();
                int group = s.m.config().heads() / s.m.config().kvHeads();
                for (int j = 0; j < q[0].length; j++) {
                    int width = q[0][j];
                    assertThat(k[0]).contains(width / head / group * head + width % head);
                }
                for (int[] stream : new int[][] {q[1], k[1], v[1], out[0], up[1], down[0]}) {
                    streams.add(Arrays.stream(stream).boxed().toList());
                }
            }
            assertThat(streams).as("one choice for the whole residual stream").hasSize(1);
        }
    }

    /** Rows and columns of the model's matrix that a narrow one holds. */
    private static int[][] places(Setting s, String stack, Map<String, Parameter> side, String site) {
        Parameter whole = s.m.parameters().stream().filter(p -> p.path().equals(stack + "." + site + ".weight")).findFirst().orElseThrow();
        Parameter part = side.get(SideNetwork.PATH + "." + site + ".weight");
        double[] w = TinyModels.doubles(s.c, whole.data()).toArray();
        double[] v = TinyModels.doubles(s.c, part.data()).toArray();
        int n = (int) whole.shape().dim(1);
        int k = (int) part.shape().dim(1);
        int[] rows = new int[(int) part.shape().dim(0)];
        int[] columns = new int[k];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < k; j++) {
                double wanted = v[i * k + j];
                int at = java.util.stream.IntStream.range(0, w.length).filter(a -> w[a] == wanted).findFirst().orElseThrow();
                rows[i] = at / n;
                columns[j] = at % n;
            }
        }
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < k; j++) {
                assertThat(v[i * k + j]).as("%s row %d column %d", site, i, j).isEqualTo(w[rows[i] * n + columns[j]]);
            }
        }
        return new int[][] {rows, columns};
    }

    @Test
    void theWidthsThatStayAreThoseWithTheLargestWeights() {
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, TinyModels.config("gpt2"), 0)) {
            // stream widths 1, 3, 5, 7, 9 and 11 outweigh the others by far
            for (Parameter p : m.parameters()) {
                if (p.path().startsWith("decoder.") && p.role() == Parameter.Role.MATRIX) {
                    boolean writes = p.path().endsWith("out.weight") || p.path().endsWith("down.weight");
                    int columns = (int) p.shape().dim(1);
                    double[] w = TinyModels.doubles(c, p.data()).toArray();
                    c.overwrite(p.data(), () -> {
                        java.nio.ByteBuffer b = java.nio.ByteBuffer.allocateDirect(w.length * Float.BYTES).order(java.nio.ByteOrder.LITTLE_ENDIAN);
                        for (int i = 0; i < w.length; i++) {
                            b.putFloat((float) ((writes ? i / columns : i % columns) % 2 == 1 ? w[i] * 10 : w[i]));
                        }
                        return b.flip();
                    });
                }
            }
            try (Adapter a = Adapter.attach(c, m, ladder(2, LadderStart.PRUNED), DType.F32, 8)) {
                Setting s = new Setting(c, m, null, a, null);
                assertThat(places(s, "decoder", s.side(), "0.mlp.up")[1]).containsExactly(1, 3, 5, 7, 9, 11);
                assertThat(places(s, "decoder", s.side(), "1.attention.out")[0]).containsExactly(1, 3, 5, 7, 9, 11);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "opt-350m", "llama-3.1"})
    void aCachedPassGivesTheStatesOfAWholeOne(String family) {
        try (Setting s = Setting.of(family, DType.F64, ladder(2, LadderStart.RANDOM)).stirred();
                Tensor ids = TinyModels.integers(s.c, 3, 1, 4, 1, 5, 9);
                Tensor six = TinyModels.integers(s.c, 6);
                Tensor four = TinyModels.integers(s.c, 4);
                Tensor one = TinyModels.integers(s.c, 1)) {
            double[] whole;
            try (Tensor h = s.m.hidden(Pass.untaped(s.c), DRIVER, new Model.Inputs(ids, null, six, 1, 6)).take()) {
                whole = TinyModels.doubles(s.c, h).toArray();
            }
            List<Double> parts = new ArrayList<>();
            TransformerDecoder decoder = (TransformerDecoder) s.m;
            try (KeyValueCache cache = decoder.cache(s.c, 6)) {
                for (int from : new int[] {0, 4, 5}) {
                    int to = from == 0 ? 4 : from + 1;
                    try (Tensor some = ids.rows(from, to);
                            Tensor h = decoder.hidden(Pass.untaped(s.c), DRIVER, new Model.Inputs(some, null, from == 0 ? four : one, 1, to - from), cache).take()) {
                        TinyModels.doubles(s.c, h).forEach(parts::add);
                    }
                }
            }
            assertThat(parts.stream().mapToDouble(v -> v).toArray()).containsExactly(whole, within(1e-10));
        }
    }

    @Test
    void withoutANetworkTheBlocksGiveWhatTheyAlwaysDo() {
        try (Setting s = Setting.of("llama", DType.F64, ladder(2, LadderStart.RANDOM))) {
            Pass base = Pass.untaped(s.c).with(Pass.untaped(s.c).adapters().off());
            try (Tensor side = s.m.hidden(base, DRIVER, s.batch.inputs()).take(); Tensor plain = s.m.hidden(base, StackDriver.PLAIN, s.batch.inputs()).take()) {
                assertThat(TinyModels.doubles(s.c, side).toArray()).isEqualTo(TinyModels.doubles(s.c, plain).toArray());
            }
        }
    }

    @Test
    void aFactorIsRefusedSinceNothingIsAdded() {
        try (Setting s = Setting.of("bert", DType.F64, ladder(2, LadderStart.RANDOM))) {
            Pass half = Pass.untaped(s.c).with(Pass.untaped(s.c).adapters().withFactor(0.5));
            assertThatThrownBy(() -> s.m.hidden(half, DRIVER, s.batch.inputs())).hasMessageContaining("has no factor; switch it on or off");
        }
    }

    @Test
    void whatWouldTrainBelowTheBlocksIsNotLostInSilence() {
        try (Setting s = Setting.of("llama", DType.F64, ladder(2, LadderStart.RANDOM)); TinyModels.Sum sum = new TinyModels.Sum(s.c);
                Tape tape = TinyModels.tape(s.c, TinyModels.training(s.m.parameters()), sum)) {
            assertThatThrownBy(() -> s.m.hidden(Pass.taped(s.c, tape, 1, 1), DRIVER, s.batch.inputs())).hasMessageContaining("train nothing before them");
        }
    }
}
