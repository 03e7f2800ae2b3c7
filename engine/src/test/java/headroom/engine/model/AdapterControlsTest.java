package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Methods;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.AdapterControls;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.stack.StackDriver;
import headroom.engine.train.TinyTask;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An adapter takes part in a pass or not, more or less, with dropout or without; the model stays as it is. */
class AdapterControlsTest {
    private static Recipe recipe(String method, Map<String, String> more) {
        Map<String, String> s = new HashMap<>(Methods.named(method).trial());
        s.putAll(Map.of("batch", "8", "length", "32", "rate", "1e-2"));
        s.putAll(more);
        return Methods.recipe(method, s);
    }

    /** A model that was trained a little, and a batch of it. */
    private static final class Tuned implements AutoCloseable {
        private final Ledger ledger = new Ledger();
        private final TorchCompute compute = TorchCompute.cpu(ledger);
        private final Assembly assembly;
        private final DeviceBatch batch;

        private Tuned(Recipe r, int steps) {
            TinyTask t = TinyTask.decoder();
            assembly = new Assembly(compute, r, t.maker(), t.task(), 11, 10);
            var data = t.batches(r, 11);
            for (int i = 0; i < steps; i++) {
                List<DeviceBatch> micro = BatchUpload.of(compute, data.next(), 1, true);
                assembly.step(i, micro);
                micro.forEach(DeviceBatch::close);
            }
            Batch held = data.heldOut().getFirst();
            batch = BatchUpload.of(compute, held, 1, true).getFirst();
        }

        private float[] logits(Pass pass) {
            Value v = assembly.objective().logits(pass, StackDriver.PLAIN, batch);
            float[] out = compute.floats(v.tensor());
            v.release();
            return out;
        }

        private float[] logits(AdapterControls controls) {
            return logits(Pass.untaped(compute).with(controls));
        }

        @Override
        public void close() {
            batch.close();
            assembly.close();
            compute.close();
        }
    }

    private static final AdapterControls STANDARD = AdapterControls.STANDARD;

    @ParameterizedTest
    @ValueSource(strings = {"lora", "dora", "vera", "adalora", "ia3", "pfeiffer", "prefix-tuning", "prompt-tuning", "lorafusion"})
    void switchedOffItIsTheBaseModel(String method) {
        try (Tuned t = new Tuned(recipe(method, Map.of()), 3); Tuned base = new Tuned(Recipe.defaults().with(recipe(method, Map.of()).data()), 0)) {
            assertThat(t.logits(STANDARD.off())).isEqualTo(base.logits(STANDARD));
            assertThat(t.logits(STANDARD)).isNotEqualTo(base.logits(STANDARD));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "adalora", "pfeiffer", "lorafusion"})
    void aFactorOfNothingIsTheBaseAndOneIsTheWhole(String method) {
        try (Tuned t = new Tuned(recipe(method, Map.of()), 3)) {
            float[] off = t.logits(STANDARD.off());
            float[] none = t.logits(STANDARD.withFactor(0));
            float[] half = t.logits(STANDARD.withFactor(0.5));
            float[] all = t.logits(STANDARD);
            double between = 0;
            double whole = 0;
            for (int i = 0; i < off.length; i++) {
                assertThat(none[i]).isCloseTo(off[i], within(1e-6f));
                between += Math.abs(half[i] - off[i]);
                whole += Math.abs(all[i] - off[i]);
            }
            assertThat(between).isPositive().isLessThan(whole);
            assertThat(t.logits(STANDARD.withFactor(1))).isEqualTo(all);
        }
    }

    @Test
    void whatDoesNotAddHasNoFactor() {
        try (Tuned t = new Tuned(recipe("ia3", Map.of()), 1)) {
            assertThatThrownBy(() -> t.logits(STANDARD.withFactor(0.5))).hasMessageContaining("has no factor").hasMessageContaining("on or off");
        }
    }

    @Test
    void dropoutCanBeOnInAPassWithoutATapeAndRepeatsByItsKey() {
        try (Tuned t = new Tuned(recipe("lora", Map.of("dropout", "0.5")), 3)) {
            float[] plain = t.logits(STANDARD);
            float[] dropped = t.logits(Pass.untaped(t.compute).with(STANDARD.withDropout(true)).keyed(11, 1));
            assertThat(dropped).isNotEqualTo(plain);
            assertThat(t.logits(Pass.untaped(t.compute).with(STANDARD.withDropout(true)).keyed(11, 1))).isEqualTo(dropped);
            assertThat(t.logits(Pass.untaped(t.compute).with(STANDARD.withDropout(true)).keyed(11, 2))).isNotEqualTo(dropped);
        }
    }
}
