package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.recipe.adapter.PrefixAdapter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.stack.StackDriver;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A prefix as programs use it that count its rows as positions: a cache filled with p rows, and a text that begins at position p. */
class RotaryShiftTest {
    private static final int ROWS = 3;
    private static final int TOKENS = 5;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-3.1", "qwen2"})
    void keysTurnedByTheirNumberServeATextThatBeginsBehindThem(String family) {
        ModelConfig config = TinyModels.config(family);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger); Model prefixed = TinyModels.lively(c, DType.F64, config, 0);
                PrefixAdapter prefix = (PrefixAdapter) Adapter.attach(c, prefixed, new AdapterChoice.PrefixKv(ROWS, 0, 0, AdapterChoice.FrontStart.NORMAL, java.util.List.of(), false), DType.F64, 9);
                TransformerDecoder plain = (TransformerDecoder) TinyModels.lively(c, DType.F64, config, 0);
                Tensor ids = TinyModels.integers(c, 3, 1, 4, 1, 5); Tensor five = TinyModels.integers(c, TOKENS)) {
            prefix.parameters().forEach(p -> c.apply(RandomKernels.ADD_NORMAL_INTO, p.data(), 7L, 0L, 1.0));
            double[] ours;
            try (Tensor h = prefixed.hidden(Pass.untaped(c), StackDriver.PLAIN, new Model.Inputs(ids, null, five, 1, TOKENS)).take()) {
                ours = TinyModels.doubles(c, h).toArray();
            }
            assertThat(largest(ours, behind(c, plain, prefix, ids, ROWS))).isLessThan(1e-5);
            assertThat(largest(ours, behind(c, plain, prefix, ids, 0))).as("as they are").isGreaterThan(1e-2);
        }
        assertThat(ledger.openAccounts()).isZero();
    }

    private static double[] behind(TorchCompute c, TransformerDecoder plain, PrefixAdapter prefix, Tensor ids, long turned) {
        double[] states = new double[TOKENS * plain.config().embedding()];
        try (KeyValueCache cache = plain.cache(c, ROWS + TOKENS); Tensor one = TinyModels.integers(c, 1)) {
            int i = 0;
            for (Map.Entry<String, Tensor> table : prefix.tables(c).entrySet()) {
                boolean keys = table.getKey().endsWith(PrefixAdapter.KEYS);
                try (Tensor rows = table.getValue(); Tensor there = (keys ? cache.keys(i / 2) : cache.values(i / 2)).rows(0, ROWS); Tensor shifted = RotaryShift.of(c, plain.config(), rows, turned)) {
                    c.apply(CoreKernels.COPY_INTO, there, keys ? shifted : rows);
                }
                i++;
            }
            cache.advance(ROWS);
            for (int t = 0; t < TOKENS; t++) {
                try (Tensor id = ids.rows(t, t + 1); Tensor h = plain.hidden(Pass.untaped(c), new Model.Inputs(id, null, one, 1, 1), cache).take()) {
                    System.arraycopy(TinyModels.doubles(c, h).toArray(), 0, states, t * plain.config().embedding(), plain.config().embedding());
                }
            }
        }
        return states;
    }

    private static double largest(double[] a, double[] b) {
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }

    @Test
    void aFamilyWithATableOfPositionsTurnsNoKeys() {
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Tensor keys = TinyModels.integers(c, 1)) {
            assertThatThrownBy(() -> RotaryShift.of(c, TinyModels.config("gpt2"), keys, 1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("GPT2");
        }
    }
}
