package headroom.engine.model;

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
import headroom.engine.tape.Pass;
import headroom.engine.tape.stack.CheckpointedStack;
import headroom.engine.tape.stack.StackDriver;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransformerForwardTest {
    static Set<String> families() {
        return TinyModels.configs().keySet();
    }

    static Set<String> decoders() {
        return TinyModels.configs().entrySet().stream().filter(e -> !e.getValue().family().isEncoder()).map(java.util.Map.Entry::getKey).collect(Collectors.toSet());
    }

    private static double[] hidden(Compute c, Model m, Model.Inputs inputs, StackDriver driver) {
        try (Tensor h = m.hidden(Pass.untaped(c), driver, inputs).take()) {
            return TinyModels.doubles(c, h).toArray();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void everyFamilyComputesWhatItsDescriptionSays(String family) {
        ModelConfig config = TinyModels.config(family);
        try (TorchCompute c = TorchCompute.cpu(new Ledger());
                Model m = TinyModels.lively(c, DType.F64, config, 0);
                TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
            double[] h = hidden(c, m, batch.inputs(), StackDriver.PLAIN);
            assertThat(hidden(c, m, batch.inputs(), new CheckpointedStack(1))).isEqualTo(h);
            NaiveTransformer naive = new NaiveTransformer(c, m);
            int width = config.embedding();
            for (int b = 0; b < TinyModels.BATCH; b++) {
                int from = b * TinyModels.LENGTH;
                int n = batch.lengths()[b];
                // each text alone: what stands behind it in the batch must not matter
                double[][] expected = naive.hidden(Arrays.copyOfRange(batch.ids(), from, from + n),
                        batch.segments() == null ? null : Arrays.copyOfRange(batch.segments(), from, from + n));
                for (int t = 0; t < n; t++) {
                    for (int i = 0; i < width; i++) {
                        // rotary tables are float32
                        assertThat(h[(from + t) * width + i]).as("text %d token %d element %d", b, t, i).isCloseTo(expected[t][i], within(1e-6));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void aDecoderDoesNotSeeWhatIsToCome(String family) {
        ModelConfig config = TinyModels.config(family);
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F64, config, 0); Tensor lengths = TinyModels.integers(c, 6)) {
            double[][] states = new double[2][];
            for (int k = 0; k < 2; k++) {
                try (Tensor ids = TinyModels.integers(c, 3, 1, 4, 1, 5 + k, 9 + k)) {
                    states[k] = hidden(c, m, new Model.Inputs(ids, null, lengths, 1, 6), StackDriver.PLAIN);
                }
            }
            int width = config.embedding();
            assertThat(Arrays.copyOf(states[1], 4 * width)).isEqualTo(Arrays.copyOf(states[0], 4 * width));
            assertThat(Arrays.copyOfRange(states[1], 4 * width, 5 * width)).isNotEqualTo(Arrays.copyOfRange(states[0], 4 * width, 5 * width));
        }
    }

    @Test
    void anEncoderSeesBothWays() {
        ModelConfig config = TinyModels.config("bert");
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F64, config, 0); Tensor lengths = TinyModels.integers(c, 3)) {
            try (Tensor one = TinyModels.integers(c, 3, 1, 4); Tensor two = TinyModels.integers(c, 3, 1, 5)) {
                double[] a = hidden(c, m, new Model.Inputs(one, null, lengths, 1, 3), StackDriver.PLAIN);
                double[] b = hidden(c, m, new Model.Inputs(two, null, lengths, 1, 3), StackDriver.PLAIN);
                assertThat(Arrays.copyOf(a, 12)).isNotEqualTo(Arrays.copyOf(b, 12));
            }
        }
    }

    @Test
    void rotaryTablesAreBookedOnceWhateverTheNumberOfLayers() {
        Ledger ledger = new Ledger();
        ModelConfig config = TinyModels.config("llama");
        try (Compute c = new DryCompute(ledger); Model m = Transformers.build(config, new RandomWeights(c, DType.F32, Storage.DENSE, config, 1), 0)) {
            for (int length : new int[] {8, 5, 5}) {
                try (Tensor ids = TinyModels.integers(c, new int[length]); Tensor lengths = TinyModels.integers(c, length)) {
                    long before = ids.bytes() + lengths.bytes();
                    hidden(c, m, new Model.Inputs(ids, null, lengths, 1, length), StackDriver.PLAIN);
                    assertThat(ledger.total(Category.DATA) - before).isEqualTo(2L * length * config.headDim() / 2 * Float.BYTES);
                }
            }
        }
        assertThat(ledger.total()).isZero();
    }

    @Test
    void aTextBeyondTheModelsPositionsIsRefused() {
        try (Compute c = new DryCompute(new Ledger())) {
            for (String family : new String[] {"gpt2", "mistral"}) {
                ModelConfig config = TinyModels.config(family);
                try (Model m = Transformers.build(config, new RandomWeights(c, DType.F32, Storage.DENSE, config, 1), 0);
                        Tensor ids = TinyModels.integers(c, new int[10]);
                        Tensor lengths = TinyModels.integers(c, 10)) {
                    assertThatThrownBy(() -> m.hidden(Pass.untaped(c), StackDriver.PLAIN, new Model.Inputs(ids, null, lengths, 1, 10)))
                            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("10 tokens").hasMessageContaining(family.equals("gpt2") ? "9 positions" : "window is 7");
                }
            }
        }
    }
}
