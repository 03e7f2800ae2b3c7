package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.DryCompute;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.KeptTokenKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.KeptRows;
import headroom.engine.tape.stack.Block;
import headroom.engine.tape.stack.StackDriver;
import headroom.engine.tape.stack.TokenSubsetStack;
import headroom.engine.tape.stack.TokenSubsetStack.Choosing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers that go on with some of the tokens: exact for those, a way past for the others, and fewer bytes as planned. */
class TokenSubsetTest {
    private static final int LAYERS = 4;

    private static Tensor reals(Compute c, IntToDoubleFunction value, long... dims) {
        Shape s = Shape.of(dims);
        return c.upload(Category.DATA, "x", DType.F64, s, () -> {
            ByteBuffer b = ByteBuffer.allocateDirect((int) s.bytes(DType.F64)).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < s.elements(); i++) {
                b.putDouble(value.applyAsDouble(i));
            }
            return b.flip();
        });
    }

    private static long[] longs(Compute c, Tensor t) {
        ByteBuffer b = c.download(t);
        return LongStream.range(0, t.elements()).map(i -> b.getLong((int) i * Long.BYTES)).toArray();
    }

    /** Loss of a training pass that keeps nothing. */
    private static double loss(Compute c, Model m, TaskHead head, TinyModels.Batch batch, StackDriver driver) {
        try (TinyModels.Sum none = new TinyModels.Sum(c); Tape nothing = TinyModels.tape(c, TinyModels.training(List.of()), none)) {
            return TinyModels.loss(Pass.taped(c, nothing, 3, 1).withoutTape(), driver, m, head, batch);
        }
    }

    private static Map<String, double[]> gradients(Compute c, Model m, TaskHead head, TinyModels.Batch batch, StackDriver driver) {
        Map<String, double[]> out = new LinkedHashMap<>();
        try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(m.parameters()), sum)) {
            out.put("loss", new double[] {TinyModels.loss(Pass.taped(c, tape, 3, 1), driver, m, head, batch)});
            assertThat(sum.complete).containsExactlyInAnyOrderElementsOf(m.parameters());
            m.parameters().forEach(p -> out.put(p.path(), TinyModels.doubles(c, sum.gradients.get(p)).toArray()));
        }
        assertThat(c.ledger().total(Category.ACTIVATIONS)).isZero();
        return out;
    }

    @ParameterizedTest
    @CsvSource({"bert,ATTENTION", "llama,DRAWN"})
    void theWholeShareIsTheModelItself(String family, Choosing choosing) {
        ModelConfig config = ReversibleStackTest.config(family, LAYERS);
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F64, config, 0.1); TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
            TaskHead head = m.head() == null ? TaskHead.create(c, config, 3, DType.F64, 9) : null;
            Map<String, double[]> plain = gradients(c, m, head, batch, StackDriver.PLAIN);
            gradients(c, m, head, batch, new TokenSubsetStack(1, 2, 1, false, choosing)).forEach((path, g) -> assertThat(g).as(path).isEqualTo(plain.get(path)));
            assertThat(gradients(c, m, head, batch, new TokenSubsetStack(0.4, 2, 1, false, choosing)).get("loss")).isNotEqualTo(plain.get("loss"));
        }
    }

    /** Blocks of 2 and of 4, the latter with two tokens behind; sequences of 6, 4 and 1 tokens. */
    @ParameterizedTest(name = "{0}, {1}, whole layer {2}, blocks of {3}")
    @CsvSource({"bert,DRAWN,false,2", "bert,ATTENTION,true,2", "llama,ATTENTION,false,2", "llama,DRAWN,true,2", "llama,ATTENTION,true,1"})
    void gradientsAreSlopesOfTheLoss(String family, Choosing choosing, boolean whole, int tokens) {
        ModelConfig config = ReversibleStackTest.config(family, LAYERS);
        double step = 1e-6;
        StackDriver driver = new TokenSubsetStack(0.5, tokens, 1, whole, choosing);
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F64, config, 0); TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
            TaskHead head = m.head() == null ? TaskHead.create(c, config, 3, DType.F64, 9) : null;
            Map<String, double[]> g = gradients(c, m, head, batch, driver);
            for (Parameter p : m.parameters()) {
                int i = (int) Keys.below(5, p.path().hashCode(), p.elements());
                double[] was = TinyModels.doubles(c, p.data()).toArray();
                double[] losses = new double[2];
                for (int side = 0; side < 2; side++) {
                    double[] now = was.clone();
                    now[i] += side == 0 ? step : -step;
                    ReversibleStackTest.write(c, p, now);
                    losses[side] = loss(c, m, head, batch, driver);
                }
                ReversibleStackTest.write(c, p, was);
                assertThat(g.get(p.path())[i]).as("%s, element %d", p.path(), i).isCloseTo((losses[0] - losses[1]) / (2 * step), within(1e-5 * (1 + Math.abs(g.get(p.path())[i]))));
            }
        }
    }

    /** A block that does nothing. */
    private record Idle(Block like) implements Block {
        @Override
        public String path() {
            return "idle";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }

        @Override
        public Value forward(Pass pass, Value x) {
            x.takeLast();
            return x;
        }

        @Override
        public Tensor lengths() {
            return like.lengths();
        }
    }

    private static double[] hidden(Compute c, Model m, TinyModels.Batch batch, StackDriver driver) {
        try (TinyModels.Sum none = new TinyModels.Sum(c); Tape nothing = TinyModels.tape(c, TinyModels.training(List.of()), none);
                Tensor t = m.hidden(Pass.taped(c, nothing, 3, 1).withoutTape(), driver, batch.inputs()).take()) {
            return TinyModels.doubles(c, t).toArray();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ATTENTION", "DRAWN"})
    void tokensThatAreLeftOutPassALayerAsTheyAre(Choosing choosing) {
        ModelConfig config = ReversibleStackTest.config("bert", LAYERS);
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F64, config, 0); TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
            double[] in = hidden(c, m, batch, (pass, blocks, x) -> x);
            TokenSubsetStack some = new TokenSubsetStack(0.34, 2, 1, true, choosing);
            double[] out = hidden(c, m, batch, (pass, blocks, x) -> some.run(pass, List.of(new Idle(blocks.getFirst()), blocks.getFirst(), new Idle(blocks.getFirst())), x));
            for (int sequence = 0; sequence < TinyModels.BATCH; sequence++) {
                int from = sequence * TinyModels.LENGTH;
                List<Integer> moved = IntStream.range(0, TinyModels.LENGTH).filter(t -> in[(from + t) * 12] != out[(from + t) * 12]).boxed().toList();
                assertThat(moved).as("sequence %d", sequence).hasSize(2);
                assertThat(moved.getFirst() % 2).isZero();
                assertThat(moved.getLast()).isEqualTo(moved.getFirst() + 1);
                // a block of nothing but padding is never kept before one with a token
                assertThat(moved.getFirst()).isLessThan(batch.lengths()[sequence]);
            }
            assertThat(hidden(c, m, batch, some)).isNotEqualTo(hidden(c, m, batch, StackDriver.PLAIN));
            try (Tensor asked = m.hidden(Pass.untaped(c), some, batch.inputs()).take(); Tensor plain = m.hidden(Pass.untaped(c), StackDriver.PLAIN, batch.inputs()).take()) {
                assertThat(TinyModels.doubles(c, asked).toArray()).as("an evaluation takes all tokens").isEqualTo(TinyModels.doubles(c, plain).toArray());
            }
        }
    }

    /** Output of the first layer for some tokens of two sequences of six, which they are told to be at some positions. */
    private static double[] among(Compute c, Model m, int[] tokens, int[] positions) {
        double[][] out = new double[1][];
        int[] rows = IntStream.range(0, 2 * tokens.length).map(i -> i / tokens.length * 6 + tokens[i % tokens.length]).toArray();
        try (Tensor ids = TinyModels.integers(c, 3, 9, 4, 17, 5, 6, 8, 2, 20, 1, 13, 12); Tensor lengths = TinyModels.integers(c, 6, 6); Tensor row = TinyModels.integers(c, rows);
                Tensor sequence = TinyModels.integers(c, Arrays.stream(rows).map(r -> r / 6).toArray());
                Tensor position = TinyModels.integers(c, IntStream.range(0, rows.length).map(i -> positions[i % positions.length]).toArray())) {
            m.hidden(Pass.untaped(c), (pass, blocks, x) -> {
                x.takeLast();
                Value y = blocks.getFirst().among(sequence, position).forward(pass, pass.apply(new KeptRows.Take(row), x).last());
                out[0] = TinyModels.doubles(c, y.tensor()).toArray();
                y.release();
                return x;
            }, new Model.Inputs(ids, null, lengths, 2, 6)).release();
        }
        return out[0];
    }

    /** Where none or only later tokens are left out, kept ones do what they do among all; and how far apart they are counts, not where they lie. */
    @Test
    void keptTokensSeeOneAnotherAtTheirOwnPositions() {
        for (String family : List.of("bert", "llama")) {
            ModelConfig config = ReversibleStackTest.config(family, LAYERS);
            int width = config.hidden();
            int[] six = {0, 1, 2, 3, 4, 5};
            try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F64, config, 0);
                    Tensor ids = TinyModels.integers(c, 3, 9, 4, 17, 5, 6, 8, 2, 20, 1, 13, 12); Tensor lengths = TinyModels.integers(c, 6, 6)) {
                double[][] plain = new double[1][];
                m.hidden(Pass.untaped(c), (pass, blocks, x) -> {
                    x.takeLast();
                    Value y = blocks.getFirst().forward(pass, x);
                    plain[0] = TinyModels.doubles(c, y.tensor()).toArray();
                    return y;
                }, new Model.Inputs(ids, null, lengths, 2, 6)).release();
                assertThat(among(c, m, six, six)).containsExactly(plain[0], within(1e-12));
                int[] three = {0, 1, 2};
                double[] first = among(c, m, three, three);
                if (family.equals("llama")) {
                    assertThat(Arrays.copyOfRange(first, 0, 3 * width)).containsExactly(Arrays.copyOfRange(plain[0], 0, 3 * width), within(1e-12));
                    assertThat(Arrays.copyOfRange(first, 3 * width, 6 * width)).containsExactly(Arrays.copyOfRange(plain[0], 6 * width, 9 * width), within(1e-12));
                    // the tables of rotations are float32
                    assertThat(among(c, m, new int[] {3, 4, 5}, new int[] {3, 4, 5})).containsExactly(among(c, m, new int[] {3, 4, 5}, three), within(1e-5));
                    assertThat(difference(among(c, m, new int[] {0, 2, 5}, new int[] {0, 2, 5}), among(c, m, new int[] {0, 2, 5}, three))).isGreaterThan(1e-3);
                } else {
                    assertThat(difference(first, Arrays.copyOf(plain[0], first.length))).as("others are seen where they are not left out").isGreaterThan(1e-3);
                }
            }
        }
    }

    private static double difference(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> Math.abs(a[i] - b[i])).max().orElse(0);
    }

    /** Two sequences of 7 and 4 tokens, 3 blocks of 2, 4 query heads on 2 key heads: the sum as the paper describes it. */
    @Test
    void informativenessIsTheSumOfTileMaxima() {
        int heads = 4;
        int keys = 2;
        int width = 3;
        int[] lengths = {7, 4};
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Tensor q = reals(c, i -> Math.sin(1.7 * i), 14, (long) heads * width); Tensor k = reals(c, i -> Math.cos(2.3 * i), 14, (long) keys * width);
                Tensor l = TinyModels.integers(c, lengths); Tensor found = c.call(KeptTokenKernels.INFORMATIVENESS, q, k, l, (long) heads, (long) keys, 2L)) {
            double[] wanted = new double[6];
            for (int b = 0; b < 2; b++) {
                double[][] tile = new double[3][3];
                for (int i = 0; i < 6; i++) {
                    for (int j = 0; j <= i && i < lengths[b]; j++) {
                        double sum = 0;
                        for (int h = 0; h < heads; h++) {
                            double s = 0;
                            for (int d = 0; d < width; d++) {
                                s += Math.sin(1.7 * ((7 * b + i) * heads * width + h * width + d)) * Math.cos(2.3 * ((7 * b + j) * keys * width + h / 2 * width + d));
                            }
                            sum += Math.max(0, s / Math.sqrt(width)) / heads;
                        }
                        tile[i / 2][j / 2] = Math.max(tile[i / 2][j / 2], sum);
                    }
                }
                for (int i = 0; i < 3; i++) {
                    for (int j = 0; j < 3; j++) {
                        wanted[3 * b + j] += i >= j ? tile[i][j] : tile[j][i];
                    }
                }
            }
            assertThat(TinyModels.doubles(c, found).toArray()).containsExactly(wanted, within(1e-12));
        }
    }

    @Test
    void theBestBlocksAreKeptInOrderWithWhatIsBehindThem() {
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Tensor scores = reals(c, i -> new double[] {1, 9, 5, 2, 3, 8}[i], 2, 3); Tensor l = TinyModels.integers(c, 7, 4);
                Tensor rows = c.call(KeptTokenKernels.KEPT_ROWS, scores, l, 7L, 2L, 2L)) {
            // the second sequence's best block is padding
            assertThat(longs(c, rows)).containsExactly(2, 3, 4, 5, 6, 7, 8, 9, 10, 13);
            Tensor[] places = c.run(KeptTokenKernels.KEPT_PLACES, rows, l, 7L);
            assertThat(longs(c, places[0])).containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, -1);
            assertThat(longs(c, places[1])).containsExactly(2, 3, 4, 5, 6, 0, 1, 2, 3, 6);
            Arrays.stream(places).forEach(Tensor::close);
        }
    }

    private static long kept(int layers, StackDriver driver) {
        Ledger ledger = new Ledger();
        ModelConfig config = ReversibleStackTest.config("llama", layers);
        try (Compute c = new DryCompute(ledger); Model m = Transformers.build(config, new RandomWeights(c, DType.F32, Storage.DENSE, config, 1), 0);
                Tensor ids = c.zeros(Category.DATA, "ids", DType.I64, Shape.of(48)); Tensor lengths = c.zeros(Category.DATA, "lengths", DType.I64, Shape.of(2));
                TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(m.parameters()), sum)) {
            m.hidden(Pass.taped(c, tape, 1, 1), driver, new Model.Inputs(ids, null, lengths, 2, 24)).release();
            assertThat(ledger.total(Category.WORKSPACE)).as("nothing but what is kept stays after the pass").isZero();
            return ledger.total(Category.ACTIVATIONS);
        }
    }

    @Test
    void aLayerKeepsForItsTokensAlone() {
        long layer = kept(6, StackDriver.PLAIN) - kept(5, StackDriver.PLAIN);
        // layers 2 to 4 of 6, two of six blocks of 4 tokens: 16 of 48 rows, and three numbers for each of these
        long some = 2 * layer + 3 * (layer / 3) + 3 * 16 * 3 * Long.BYTES + (kept(6, StackDriver.PLAIN) - 6 * layer);
        assertThat(kept(6, new TokenSubsetStack(1 / 3.0, 4, 2, true, Choosing.ATTENTION))).isEqualTo(some + layer);
        assertThat(kept(6, new TokenSubsetStack(1 / 3.0, 4, 2, false, Choosing.DRAWN))).isLessThan(kept(6, StackDriver.PLAIN)).isGreaterThan(some + layer);
    }
}
