package headroom.engine.recipe.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.model.Generator;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.WeightPresets;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.stack.StackDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models whose heads and channels were taken out: what is left computes as the whole would with nothing read from what is gone. */
class CutBlocksTest {
    private static final String DECODER = """
            {"model_type":"llama","vocab_size":64,"hidden_size":32,"num_hidden_layers":3,"num_attention_heads":8,"num_key_value_heads":4,"intermediate_size":48,"max_position_embeddings":64}""";
    private static final String ENCODER = """
            {"model_type":"bert","vocab_size":64,"hidden_size":32,"num_hidden_layers":3,"num_attention_heads":4,"intermediate_size":48,"max_position_embeddings":64,"type_vocab_size":2}""";
    /** Widths differ from block to block. */
    private static final WeightsChoice.Cut LISTS = new WeightsChoice.Cut(1, 1, List.of(new WeightsChoice.Kept(List.of(0, 2), List.of(1, 5, 7, 40)),
            new WeightsChoice.Kept(List.of(3), IntStream.range(0, 48).boxed().toList()), new WeightsChoice.Kept(List.of(0, 1, 2, 3), List.of(47))), new WeightsChoice.Dense());

    private static Model model(TorchCompute c, WeightStores stores, ModelConfig config) {
        return Transformers.build(config, new RandomWeights(c, DType.F32, stores, config, 3), 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {DECODER, ENCODER})
    void whatIsLeftComputesAsIfTheRestWereNeverRead(String json) {
        ModelConfig config = HuggingFaceConfig.parse("cut", json);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger)) {
            float[] whole;
            try (WeightStores stores = WeightStores.open(c, new WeightsChoice.Dense(), DType.F32, 7); Model m = model(c, stores, config)) {
                for (int b = 0; b < 3; b++) {
                    WeightsChoice.Kept kept = LISTS.blocks().get(b);
                    int width = config.heads() / config.kvHeads() * config.headDim();
                    erase(c, site(m, b, ".attention.out"), kept.heads(), width);
                    erase(c, site(m, b, ".mlp.down"), kept.channels(), 1);
                }
                whole = hidden(c, m);
            }
            try (WeightStores stores = WeightStores.open(c, LISTS, DType.F32, 7); Model m = model(c, stores, config)) {
                assertThat(stores.kept()).isEqualTo(LISTS.blocks());
                assertThat(site(m, 0, ".mlp.up").out()).isEqualTo(4);
                assertThat(site(m, 1, ".attention.v").out()).isEqualTo(config.headDim());
                float[] cut = hidden(c, m);
                for (int i = 0; i < cut.length; i++) {
                    assertThat(cut[i]).as("element %d", i).isCloseTo(whole[i], within(2e-5f));
                }
            }
        }
        assertThat(ledger.total()).isZero();
    }

    @Test
    void aCacheHasTheWidthsThatTheBlocksHave() {
        ModelConfig config = HuggingFaceConfig.parse("cut", DECODER);
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); WeightStores stores = WeightStores.open(c, LISTS, DType.F32, 7); Model m = model(c, stores, config)) {
            int[] text = {3, 1, 4};
            int[] told = new Generator(c, m).generate(text, Generator.Settings.greedy(5), _ -> { });
            for (int i = 0; i < 5; i++) {
                long n = text.length;
                try (Tensor ids = integers(c, Arrays.stream(text).asLongStream().toArray()); Tensor length = integers(c, n)) {
                    Value h = m.hidden(Pass.untaped(c), StackDriver.PLAIN, new Model.Inputs(ids, null, length, 1, n));
                    Value logits = m.head().forward(Pass.untaped(c), h.last());
                    float[] last = Arrays.copyOfRange(c.floats(logits.tensor()), (int) (n - 1) * config.vocab(), (int) n * config.vocab());
                    logits.release();
                    int best = IntStream.range(0, last.length).reduce(0, (a, b) -> last[b] > last[a] ? b : a);
                    assertThat(told[i]).isEqualTo(best);
                    text = Arrays.copyOf(text, text.length + 1);
                    text[text.length - 1] = best;
                }
            }
        }
    }

    @Test
    void aDrawKeepsItsSharesIsRepeatedByTheSeedAndShrinksEveryMatrixStoredInAnyForm() {
        ModelConfig config = HuggingFaceConfig.parse("cut", DECODER);
        try (TorchCompute c = TorchCompute.cpu(new Ledger())) {
            List<List<WeightsChoice.Kept>> drawn = new ArrayList<>();
            for (long seed : new long[] {7, 7, 8}) {
                try (WeightStores stores = WeightStores.open(c, new WeightsChoice.Cut(0.5, 0.3, List.of(), WeightPresets.of("int4").withGroup(16)), DType.F32, seed); Model m = model(c, stores, config)) {
                    assertThat(stores.kept()).allSatisfy(k -> {
                        assertThat(k.heads()).hasSize(2);
                        assertThat(k.channels()).hasSize(16);
                    });
                    // packed codes and a scale with its zero for every 16 of them
                    assertThat(site(m, 0, ".mlp.down").weight().bytes()).isEqualTo(32 * 16 / 2 + 32 * 3);
                    drawn.add(stores.kept());
                }
            }
            assertThat(drawn.get(1)).isEqualTo(drawn.get(0)).isNotEqualTo(drawn.get(2));
            assertThat(drawn.get(0).get(0)).isNotEqualTo(drawn.get(0).get(1));
        }
    }

    @Test
    void listsThatDoNotFitTheModelAreRefused() {
        ModelConfig config = HuggingFaceConfig.parse("cut", DECODER);
        try (TorchCompute c = TorchCompute.cpu(new Ledger())) {
            for (WeightsChoice.Kept kept : List.of(new WeightsChoice.Kept(List.of(4), List.of(0)), new WeightsChoice.Kept(List.of(0), List.of(48)))) {
                try (WeightStores stores = WeightStores.open(c, new WeightsChoice.Cut(1, 1, List.of(kept, kept, kept), null), DType.F32, 7)) {
                    assertThatThrownBy(() -> model(c, stores, config)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("4 key-value heads and 48 channels");
                }
            }
        }
        assertThatThrownBy(() -> new WeightsChoice.Kept(List.of(2, 1), List.of(0))).hasMessageContaining("ascending");
    }

    private static LinearSite site(Model m, int block, String name) {
        return m.sites().stream().filter(s -> s.path().equals(m.blocks().get(block) + name)).findFirst().orElseThrow();
    }

    /** Zeros in the columns that are read from what is gone. */
    private static void erase(TorchCompute c, LinearSite site, List<Integer> kept, int width) {
        Tensor w = ((DenseWeight) site.weight()).parameter().data();
        float[] values = c.floats(w);
        int in = (int) site.in();
        for (int i = 0; i < values.length; i++) {
            if (!kept.contains(i % in / width)) {
                values[i] = 0;
            }
        }
        c.overwrite(w, () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            b.asFloatBuffer().put(values);
            return b;
        });
    }

    private static float[] hidden(TorchCompute c, Model m) {
        try (Tensor ids = integers(c, IntStream.range(0, 14).mapToLong(i -> 7 * i % 60).toArray()); Tensor segments = integers(c, new long[14]); Tensor lengths = integers(c, 7, 5)) {
            Value h = m.hidden(Pass.untaped(c), StackDriver.PLAIN, new Model.Inputs(ids, m.config().family().isEncoder() ? segments : null, lengths, 2, 7));
            float[] all = c.floats(h.tensor());
            h.release();
            return all;
        }
    }

    private static Tensor integers(TorchCompute c, long... values) {
        return c.upload(Category.DATA, "test", DType.I64, Shape.of(values.length), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            b.asLongBuffer().put(values);
            return b;
        });
    }
}
