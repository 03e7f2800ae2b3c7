package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.tape.Pass;
import headroom.engine.tape.stack.StackDriver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
    private static final int[] PROMPT = {3, 1, 4};

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "opt", "opt-350m", "llama", "llama-3.1", "qwen2"})
    void greedyTakesTheLikeliestTokenEachTime(String family) {
        ModelConfig config = TinyModels.config(family);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger); Model m = TinyModels.lively(c, DType.F64, config, 0)) {
            NaiveTransformer naive = new NaiveTransformer(c, m);
            int[] text = PROMPT;
            for (int i = 0; i < 5; i++) {
                double[][] h = naive.hidden(text, null);
                double[] logits = naive.linear(config.tiedHead() ? "embeddings.token" : "lm_head", new double[][] {h[h.length - 1]})[0];
                int best = 0;
                for (int v = 1; v < logits.length; v++) {
                    best = logits[v] > logits[best] ? v : best;
                }
                text = Arrays.copyOf(text, text.length + 1);
                text[text.length - 1] = best;
            }
            List<Integer> told = new ArrayList<>();
            long before = ledger.openAccounts();
            assertThat(new Generator(c, m).generate(PROMPT, Generator.Settings.greedy(5), told::add)).containsExactly(Arrays.copyOfRange(text, 3, 8));
            assertThat(told).hasSize(5);
            assertThat(ledger.openAccounts() - before).as("what stays is at most the rotary tables").isLessThanOrEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "opt-350m", "llama-3.1", "mistral"})
    void aCachedPassGivesTheStatesOfAWholeOne(String family) {
        ModelConfig config = TinyModels.config(family);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger);
                Model m = TinyModels.lively(c, DType.F64, config, 0);
                Tensor ids = TinyModels.integers(c, 3, 1, 4, 1, 5, 9);
                Tensor six = TinyModels.integers(c, 6);
                Tensor four = TinyModels.integers(c, 4);
                Tensor one = TinyModels.integers(c, 1)) {
            double[] whole;
            try (Tensor h = m.hidden(Pass.untaped(c), StackDriver.PLAIN, new Model.Inputs(ids, null, six, 1, 6)).take()) {
                whole = TinyModels.doubles(c, h).toArray();
            }
            List<Double> parts = new ArrayList<>();
            TransformerDecoder decoder = (TransformerDecoder) m;
            try (KeyValueCache cache = decoder.cache(c, 6)) {
                assertThat(ledger.total(Category.WORKSPACE)).isEqualTo(2L * config.layers() * 6 * config.kvWidth() * Double.BYTES);
                for (int from : new int[] {0, 4, 5}) {
                    int to = from == 0 ? 4 : from + 1;
                    try (Tensor some = ids.rows(from, to);
                            Tensor h = decoder.hidden(Pass.untaped(c), new Model.Inputs(some, null, from == 0 ? four : one, 1, to - from), cache).take()) {
                        TinyModels.doubles(c, h).forEach(parts::add);
                    }
                }
            }
            assertThat(parts).hasSize(whole.length);
            for (int i = 0; i < whole.length; i++) {
                assertThat(parts.get(i)).as("element %d", i).isCloseTo(whole[i], within(1e-12));
            }
        }
        assertThat(ledger.openAccounts()).isZero();
    }

    @Test
    void samplingRepeatsByItsSeedAndFollowsTheDistribution() {
        ModelConfig config = TinyModels.config("gpt2");
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F64, config, 0)) {
            Generator generator = new Generator(c, m);
            int[] once = generator.generate(PROMPT, new Generator.Settings(6, 1, 0, 11));
            assertThat(generator.generate(PROMPT, new Generator.Settings(6, 1, 0, 11))).isEqualTo(once);
            assertThat(generator.generate(PROMPT, new Generator.Settings(6, 1, 0, 12))).isNotEqualTo(once);
            assertThat(generator.generate(PROMPT, new Generator.Settings(6, 1, 1, 12))).isEqualTo(generator.generate(PROMPT, Generator.Settings.greedy(6)));

            NaiveTransformer naive = new NaiveTransformer(c, m);
            double[][] h = naive.hidden(PROMPT, null);
            double[] logits = naive.linear("embeddings.token", new double[][] {h[2]})[0];
            double total = Arrays.stream(logits).map(Math::exp).sum();
            Map<Integer, Integer> drawn = new HashMap<>();
            int draws = 400;
            for (int seed = 0; seed < draws; seed++) {
                drawn.merge(generator.generate(PROMPT, new Generator.Settings(1, 1, 0, seed))[0], 1, Integer::sum);
            }
            for (int v = 0; v < logits.length; v++) {
                double p = Math.exp(logits[v]) / total;
                assertThat(drawn.getOrDefault(v, 0) / (double) draws).as("token %d", v)
                        .isBetween(p - 4 * Math.sqrt(p * (1 - p) / draws) - 0.005, p + 4 * Math.sqrt(p * (1 - p) / draws) + 0.005);
            }
        }
    }

    @Test
    void aLongPromptCountsFromItsEnd() {
        ModelConfig config = TinyModels.config("gpt2");
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0)) {
            int[] end = {5, 6, 7, 8, 9, 10, 11, 12, 13};
            int[] longer = {1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13};
            Generator g = new Generator(c, m);
            assertThat(g.generate(longer, Generator.Settings.greedy(3))).isEqualTo(g.generate(end, Generator.Settings.greedy(3)));
        }
    }

    @Test
    void anEncoderContinuesNothing() {
        ModelConfig config = TinyModels.config("bert");
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0)) {
            assertThatThrownBy(() -> new Generator(c, m)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("BERT");
        }
    }
}
