package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.BatchOrder;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Methods;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.Evaluation;
import headroom.engine.recipe.Recipe;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of several texts, and orders of rows, from end to end. */
class PackedRunTest {
    private static Recipe recipe(String method, String compute, Map<String, String> more) {
        Map<String, String> s = new HashMap<>(Map.of("batch", "8", "length", "48", "compute", compute, "rate", "3e-3"));
        s.putAll(Methods.named(method).trial());
        s.putAll(more);
        return Methods.recipe(method, s);
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @CsvSource({"full,encoder,f32,1", "full,decoder,f32,1", "lora,encoder,bf16,2", "qlora,decoder,bf16,1", "checkpointing,decoder,f32,2", "mezo,encoder,f32,1", "chunked-loss,decoder,f32,1"})
    void aPackedRunKeepsToItsPlanAndLearns(String method, String model, String compute, String accumulate) throws Exception {
        TinyTask t = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        Recipe r = recipe(method, compute, Map.of("pack", "true", "accumulate", accumulate, "rate", method.equals("lora") ? "2e-2" : "3e-3"));
        TinyRun run = TinyRun.of(t, r, method.equals("mezo") ? 4 : 14).asPlanned();
        if (!method.equals("mezo")) {
            assertThat(run.losses().subList(11, 14).stream().mapToDouble(d -> d).sum()).isLessThan(run.losses().subList(0, 3).stream().mapToDouble(d -> d).sum());
        }
    }

    @ParameterizedTest
    @CsvSource({"LENGTH", "FILE"})
    void anOrderedRunKeepsToItsPlan(BatchOrder order) throws Exception {
        TinyRun.of(TinyTask.encoder(), recipe("full", "f32", Map.of("order", order.name().toLowerCase(java.util.Locale.ROOT))), 5).asPlanned();
    }

    /** One model, one held-out set, seen one text a row and several. */
    @Test
    void aClassifierScoresPackedTextsAsItScoresThemAlone() {
        TinyTask t = TinyTask.encoder();
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe("full", "f32", Map.of()), t.maker(), t.task(), 11, 10)) {
            DataChoice alone = new DataChoice(8, 1, 48);
            Map<String, Double> one = Evaluation.of(a, t.batches(alone, 11).heldOut(), () -> false);
            Map<String, Double> several = Evaluation.of(a, t.batches(alone.packed(true), 11).heldOut(), () -> false);
            assertThat(several.get("loss")).isCloseTo(one.get("loss"), within(1e-6));
            assertThat(several.get("accuracy")).isEqualTo(one.get("accuracy"));
        }
        assertThat(ledger.openAccounts()).isZero();
    }
}
