package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.AdapterChoice.Nonlinearity;
import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Add;
import headroom.engine.tape.ops.Scale;
import headroom.engine.tape.stack.Block;
import headroom.engine.tape.stack.ReversibleStack;
import headroom.engine.tape.stack.ReversibleStack.Wiring;
import headroom.engine.tape.stack.StackDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Two streams that are computed back: the gradients are those of the same function with everything kept. */
class ReversibleStackTest {
    private static final int LAYERS = 3;

    static ModelConfig config(String family, int layers) {
        String json = family.equals("bert") ? """
                {"model_type":"bert","vocab_size":23,"hidden_size":12,"num_hidden_layers":%d,"num_attention_heads":3,"intermediate_size":20,"max_position_embeddings":9,"type_vocab_size":2}""" : """
                {"model_type":"llama","vocab_size":23,"hidden_size":16,"num_hidden_layers":%d,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":20,"max_position_embeddings":32}""";
        return HuggingFaceConfig.parse(family, json.formatted(layers));
    }

    /** The networks that the paper puts into a wiring. */
    static AdapterChoice networks(Wiring wiring, double start) {
        boolean halves = wiring == Wiring.HALVES;
        return new AdapterChoice.Bottleneck(3, Nonlinearity.GELU, true, true, 1, false, List.of("mlp", halves ? "attention" : "stream"), halves ? List.of("attention") : List.of(), start);
    }

    /** The same function on the tape as it comes: y₁ = λ·h₁ + F(h₂), y₂ = β·h₂ + G(y₁), by the paper's own words. */
    private record Kept(Wiring wiring, double lambda, double beta) implements StackDriver {
        @Override
        public Value run(Pass pass, List<? extends Block> blocks, Value x) {
            x.takeLast();
            Value h1 = pass.apply(new Scale(1), x);
            Value h2 = pass.apply(new Scale(1), x.last());
            for (Block layer : blocks) {
                Block f = wiring == Wiring.HALVES ? layer.halves().getFirst() : wiring == Wiring.LAYER_FIRST ? layer : layer.beside(pass);
                Block g = wiring == Wiring.HALVES ? layer.halves().getLast() : wiring == Wiring.LAYER_FIRST ? layer.beside(pass) : layer;
                Value y1 = sum(pass, h1.last(), lambda, f, h2);
                Value y2 = sum(pass, h2.last(), beta, g, y1);
                h1 = wiring == Wiring.HALVES ? y1 : y2;
                h2 = wiring == Wiring.HALVES ? y2 : y1;
            }
            return pass.apply(new Scale(0.5), pass.apply(new Add(), h1.last(), h2.last()).last());
        }

        private static Value sum(Pass pass, Value h, double keep, Block f, Value at) {
            Value scaled = pass.apply(new Scale(keep), h);
            if (f == null) {
                return scaled;
            }
            // a copy of its own: the block reads its input for the last time
            return pass.apply(new Add(), scaled.last(), f.forward(pass, pass.apply(new Scale(1), at).last()).last());
        }
    }

    /** A driver that runs other blocks than it is given. */
    private static StackDriver over(StackDriver driver, UnaryOperator<List<? extends Block>> change) {
        return (pass, blocks, x) -> driver.run(pass, change.apply(blocks), x);
    }

    private record Setting(TorchCompute c, Model m, TaskHead head, Adapter adapter, TinyModels.Batch batch) implements AutoCloseable {
        static Setting of(ModelConfig config, DType dtype, double dropout, AdapterChoice choice) {
            TorchCompute c = TorchCompute.cpu(new Ledger());
            Model m = TinyModels.lively(c, dtype, config, dropout);
            TaskHead head = m.head() == null ? TaskHead.create(c, config, 3, dtype, 9) : null;
            Adapter a = choice instanceof AdapterChoice.None ? null : Adapter.attach(c, m, choice, dtype, 8);
            if (a != null) {
                a.parameters().forEach(p -> c.apply(RandomKernels.ADD_NORMAL_INTO, p.data(), Keys.key(6, "stir", p.path(), 0), 0L, 0.3));
            }
            return new Setting(c, m, head, a, TinyModels.Batch.of(c, config));
        }

        List<Parameter> everything() {
            List<Parameter> all = new ArrayList<>(m.parameters());
            if (head != null) {
                all.addAll(head.parameters());
            }
            return all;
        }

        Map<String, double[]> gradients(StackDriver driver, List<Parameter> trained) {
            Map<String, double[]> out = new LinkedHashMap<>();
            try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(trained), sum)) {
                double loss = TinyModels.loss(Pass.taped(c, tape, 3, 1), driver, m, head, batch);
                assertThat(sum.complete).containsExactlyInAnyOrderElementsOf(trained);
                trained.forEach(p -> out.put(p.path(), TinyModels.doubles(c, sum.gradients.get(p)).toArray()));
                out.put("loss", new double[] {loss});
            }
            assertThat(c.ledger().total(Category.ACTIVATIONS)).as("kept after the backward pass").isZero();
            return out;
        }

        double[] hidden(StackDriver driver) {
            try (Tensor t = m.hidden(Pass.untaped(c), driver, batch.inputs()).take()) {
                return TinyModels.doubles(c, t).toArray();
            }
        }

        @Override
        public void close() {
            batch.close();
            if (head != null) {
                head.close();
            }
            if (adapter != null) {
                adapter.close();
            }
            m.close();
            c.close();
        }
    }

    static Stream<Arguments> everyWiring() {
        return Stream.of("bert", "llama").flatMap(family -> Stream.of(Wiring.values()).flatMap(w -> Stream.of(0, 1, 2).map(every -> Arguments.of(family, w, every))));
    }

    private static void assertNear(Map<String, double[]> found, Map<String, double[]> wanted, double tolerance) {
        assertThat(found.keySet()).isEqualTo(wanted.keySet());
        wanted.forEach((path, g) -> {
            double size = Math.sqrt(java.util.Arrays.stream(g).map(v -> v * v).sum() / g.length);
            assertThat(found.get(path)).as(path).containsExactly(g, within(tolerance * (size + 1e-6)));
        });
    }

    /** In float64, with dropout on, everything trained: the embeddings below the streams too. */
    @ParameterizedTest(name = "{0}, {1}, every {2}")
    @MethodSource("everyWiring")
    void gradientsAreThoseOfTheSameFunctionWithEverythingKept(String family, Wiring wiring, int every) {
        double lambda = wiring == Wiring.LAYER_SECOND ? 1 : 0.3;
        double beta = wiring == Wiring.LAYER_FIRST ? 1 : 0.4;
        try (Setting s = Setting.of(config(family, LAYERS), DType.F64, 0.1, networks(wiring, 0))) {
            List<Parameter> all = s.everything();
            assertNear(s.gradients(new ReversibleStack(wiring, lambda, beta, every), all), s.gradients(new Kept(wiring, lambda, beta), all), 1e-8);
            assertThat(s.c.ledger().total()).isEqualTo(s.c.ledger().total(Category.WEIGHTS) + s.c.ledger().total(Category.ADAPTER) + s.c.ledger().total(Category.DATA));
        }
    }

    /** No network anywhere: a stream that nothing stands on is passed on, and blocks below the lowest trained one are not run again. */
    @ParameterizedTest
    @EnumSource(Wiring.class)
    void oneTrainedBlockIsEnough(Wiring wiring) {
        try (Setting s = Setting.of(config("llama", LAYERS), DType.F64, 0, new AdapterChoice.None())) {
            List<Parameter> middle = s.m.parameters().stream().filter(p -> p.path().startsWith(s.m.blocks().get(1) + ".mlp.")).toList();
            for (int every : new int[] {0, 1, 2}) {
                assertNear(s.gradients(new ReversibleStack(wiring, 0.5, 0.5, every), middle), s.gradients(new Kept(wiring, 0.5, 0.5), middle), 1e-8);
            }
            long before = s.c.flops();
            s.gradients(new ReversibleStack(wiring, 0.5, 0.5, 0), middle);
            long some = s.c.flops() - before;
            s.gradients(new ReversibleStack(wiring, 0.5, 0.5, 0), s.everything());
            assertThat(some).isLessThan((s.c.flops() - before - some) * 3 / 4);
        }
    }

    @ParameterizedTest
    @EnumSource(Wiring.class)
    void gradientsAreSlopesOfTheLoss(Wiring wiring) {
        ReversibleStack driver = new ReversibleStack(wiring, 0.5, 0.5, 0);
        double step = 1e-5;
        try (Setting s = Setting.of(config("bert", LAYERS), DType.F64, 0, networks(wiring, 0))) {
            Map<String, double[]> gradients = s.gradients(driver, s.adapter.parameters());
            for (Parameter p : s.adapter.parameters()) {
                int i = (int) Keys.below(4, p.path().hashCode(), p.elements());
                double up = lossWith(s, driver, p, i, step);
                double down = lossWith(s, driver, p, i, -step);
                assertThat(gradients.get(p.path())[i]).as("%s, element %d", p.path(), i).isCloseTo((up - down) / (2 * step), within(1e-6 * (1 + Math.abs(gradients.get(p.path())[i]))));
            }
        }
    }

    private static double lossWith(Setting s, StackDriver driver, Parameter p, int element, double change) {
        double[] was = TinyModels.doubles(s.c, p.data()).toArray();
        double[] now = was.clone();
        now[element] += change;
        write(s.c, p, now);
        double loss = TinyModels.loss(Pass.untaped(s.c), driver, s.m, s.head, s.batch);
        write(s.c, p, was);
        return loss;
    }

    static void write(Compute c, Parameter p, double[] values) {
        c.overwrite(p.data(), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (double v : values) {
                b.putDouble(v);
            }
            return b.flip();
        });
    }

    /** Guards the comparison above: were the second run's dropout another one, it would be seen. */
    @Test
    void anotherDropoutInTheSecondRunWouldSpoilTheGradients() {
        ReversibleStack driver = new ReversibleStack(Wiring.LAYER_FIRST, 0.5, 1, 0);
        try (Setting s = Setting.of(config("bert", LAYERS), DType.F64, 0.1, networks(Wiring.LAYER_FIRST, 0))) {
            Map<String, double[]> right = s.gradients(driver, s.adapter.parameters());
            Map<String, double[]> wrong = s.gradients(over(driver, blocks -> blocks.stream().map(Forgetful::new).toList()), s.adapter.parameters());
            assertThat(wrong.get("loss")).isEqualTo(right.get("loss"));
            String path = s.adapter.parameters().getFirst().path();
            assertThat(wrong.get(path)).isNotEqualTo(right.get(path));
            assertThat(difference(wrong.get(path), right.get(path))).isGreaterThan(1e-2);
        }
    }

    /** A block that draws other numbers on a tape than without one. */
    private record Forgetful(Block of) implements Block {
        @Override
        public String path() {
            return of.path();
        }

        @Override
        public List<Parameter> parameters() {
            return of.parameters();
        }

        @Override
        public Value forward(Pass pass, Value x) {
            return of.forward(pass.tape() == null ? pass : Pass.taped(pass.compute(), pass.tape(), 99, 1), x);
        }

        @Override
        public Block beside(Pass pass) {
            return of.beside(pass);
        }
    }

    private static double difference(double[] a, double[] b) {
        double d = 0;
        double size = 0;
        for (int i = 0; i < a.length; i++) {
            d += (a[i] - b[i]) * (a[i] - b[i]);
            size += b[i] * b[i];
        }
        return Math.sqrt(d / size);
    }

    /** A block that notes what it reads, first without a tape, then when it is run again. */
    private record Noting(Block of, Compute c, Map<String, double[]> forward, Map<String, double[]> back) implements Block {
        @Override
        public String path() {
            return of.path();
        }

        @Override
        public List<Parameter> parameters() {
            return of.parameters();
        }

        @Override
        public Value forward(Pass pass, Value x) {
            (pass.tape() == null ? forward : back).put(of.path(), TinyModels.doubles(c, x.tensor()).toArray());
            return of.forward(pass, x);
        }

        @Override
        public List<Block> halves() {
            return of.halves().stream().<Block>map(h -> new Noting(h, c, forward, back)).toList();
        }

        @Override
        public Block beside(Pass pass) {
            return of.beside(pass) == null ? null : new Noting(of.beside(pass), c, forward, back);
        }
    }

    /** Relative error of what each function reads when it is run again, the deepest first. */
    private static List<Double> errors(DType dtype, ReversibleStack driver, int layers) {
        try (Setting s = Setting.of(config("bert", layers), dtype, 0, networks(driver.wiring(), 0))) {
            Map<String, double[]> forward = new LinkedHashMap<>();
            Map<String, double[]> back = new LinkedHashMap<>();
            s.gradients(over(driver, blocks -> blocks.stream().map(b -> new Noting(b, s.c, forward, back)).toList()), s.adapter.parameters());
            assertThat(back.keySet()).isEqualTo(forward.keySet());
            return back.entrySet().stream().map(e -> difference(e.getValue(), forward.get(e.getKey()))).toList();
        }
    }

    @ParameterizedTest(name = "{0}, λ {1}, β {2}, {3} blocks")
    @CsvSource({"LAYER_FIRST,0.1,1,3", "LAYER_SECOND,1,0.1,3", "HALVES,0.1,0.1,2", "LAYER_FIRST,0.5,1,8", "HALVES,0.7,0.7,6"})
    void whatIsComputedBackIsNearAndItsErrorGrowsAsForetold(Wiring wiring, double lambda, double beta, int layers) {
        ReversibleStack driver = new ReversibleStack(wiring, lambda, beta, 0);
        List<Double> exact = errors(DType.F64, driver, layers);
        assertThat(exact).allSatisfy(e -> assertThat(e).isLessThan(1e-9));
        List<Double> single = errors(DType.F32, driver, layers);
        // two functions of a block read one stream each; the first to run again reads what was kept
        assertThat(single.getFirst()).isZero();
        for (int i = 1; i < single.size(); i++) {
            assertThat(single.get(i)).as("function %d from the end", i).isLessThan(8 * ReversibleStack.drift(lambda, beta, (i + 1) / 2));
        }
        assertThat(single.getLast()).isGreaterThan(single.get(1)).isLessThan(1e-3);
        // with a pair after each block the error of one block is all there is
        assertThat(errors(DType.F32, new ReversibleStack(wiring, lambda, beta, 1), layers)).allSatisfy(e -> assertThat(e).isLessThan(8 * ReversibleStack.drift(lambda, beta, 1)));
    }

    /** Factors of nothing and networks that say nothing: the streams are the hidden states of the model after its last layers. */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"bert,LAYER_FIRST", "bert,LAYER_SECOND", "bert,HALVES"})
    void withoutNetworksAndFactorsTheStreamsAreThoseOfTheModel(String family, Wiring wiring) {
        double least = 1e-13;
        ReversibleStack driver = new ReversibleStack(wiring, wiring == Wiring.LAYER_SECOND ? 1 : least, wiring == Wiring.LAYER_FIRST ? 1 : least, 0);
        try (Setting s = Setting.of(config(family, LAYERS), DType.F64, 0, new AdapterChoice.None())) {
            double[] last = s.hidden(StackDriver.PLAIN);
            double[] before = s.hidden(over(StackDriver.PLAIN, blocks -> blocks.subList(0, LAYERS - 1)));
            double[] half = s.hidden((pass, blocks, x) -> {
                Value v = StackDriver.PLAIN.run(pass, blocks.subList(0, LAYERS - 1), x);
                return blocks.getLast().halves().getFirst().forward(pass, v.last());
            });
            double[] found = s.hidden(driver);
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).isCloseTo((last[i] + (wiring == Wiring.HALVES ? half[i] : before[i])) / 2, within(1e-9));
            }
        }
    }

    @Test
    void theHalvesOfALayerOneAfterTheOtherAreTheLayer() {
        for (String family : List.of("bert", "llama")) {
            try (Setting s = Setting.of(config(family, LAYERS), DType.F64, 0, networks(Wiring.HALVES, 0))) {
                assertThat(s.hidden(over(StackDriver.PLAIN, blocks -> blocks.stream().flatMap(b -> b.halves().stream()).toList()))).isEqualTo(s.hidden(StackDriver.PLAIN));
            }
        }
    }

    /** Reading a text token by token, keys and values cached, is reading it whole. */
    @ParameterizedTest
    @EnumSource(Wiring.class)
    void aTextIsContinuedAsItIsRead(Wiring wiring) {
        ReversibleStack driver = new ReversibleStack(wiring, 0.5, 0.5, 0);
        try (Setting s = Setting.of(config("llama", LAYERS), DType.F64, 0, networks(wiring, 0));
                Tensor ids = TinyModels.integers(s.c, 3, 9, 4, 17); Tensor four = TinyModels.integers(s.c, 4); Tensor one = TinyModels.integers(s.c, 1)) {
            TransformerDecoder decoder = (TransformerDecoder) s.m;
            double[] whole = TinyModels.doubles(s.c, decoder.hidden(Pass.untaped(s.c), driver, new Model.Inputs(ids, null, four, 1, 4)).tensor()).toArray();
            double[] last = new double[0];
            try (KeyValueCache cache = decoder.cache(s.c, 4)) {
                for (int i = 0; i < 4; i++) {
                    try (Tensor id = ids.rows(i, i + 1); Tensor h = decoder.hidden(Pass.untaped(s.c), driver, new Model.Inputs(id, null, one, 1, 1), cache).take()) {
                        last = TinyModels.doubles(s.c, h).toArray();
                    }
                }
            }
            assertThat(last).containsExactly(java.util.Arrays.copyOfRange(whole, 3 * 16, 4 * 16), within(1e-9));
        }
    }
}
