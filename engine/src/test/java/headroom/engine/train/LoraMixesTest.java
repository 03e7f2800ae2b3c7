package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.BatchSource;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Method;
import headroom.engine.method.Methods;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.Notes;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.Validator;
import headroom.engine.recipe.adapter.LowRankAdapter;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The LoRA family in other slots' company: over a 4-bit base with checkpoints, along estimates, with groups; planned to the byte, or refused in words. */
class LoraMixesTest {
    private static final Map<String, Map<String, String>> MEMBERS = Map.of("rslora", Map.of(), "lora-plus", Map.of(), "pissa", Map.of("decay", "0"), "dora", Map.of("dropout", "0.1"),
            "vera", Map.of("dropout", "0.1"), "adalora", Map.of("dropout", "0.1"));

    static Stream<Arguments> runs() {
        return MEMBERS.keySet().stream().sorted().flatMap(id -> Stream.of("f32", "bf16").flatMap(type -> Stream.of(TinyTask.encoder(), TinyTask.decoder()).map(task -> Arguments.of(id, type, task))));
    }

    private static Recipe recipe(String id, Map<String, String> more) {
        Method m = Methods.named(id);
        Map<String, String> s = new HashMap<>(Map.of("batch", "8", "length", "32"));
        s.putAll(m.trial());
        s.putAll(MEMBERS.get(id));
        s.putAll(more);
        return Methods.recipe(id, s);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("runs")
    void overAFourBitBaseWithCheckpoints(String id, String type, TinyTask task) throws Exception {
        Recipe r = recipe(id, Map.of("weights", "nf4", "checkpointing", "1", "compute", type));
        assertThat(TinyRun.of(task, r, 5).asPlanned().losses()).hasSize(5).allMatch(Double::isFinite);
    }

    @Test
    void aGradientThroughTheNormIsPlannedOverAFourBitBaseToo() throws Exception {
        Recipe r = recipe("dora", Map.of("weights", "nf4", "norm", "exact", "checkpointing", "2"));
        assertThat(TinyRun.of(TinyTask.encoder(), r, 4).asPlanned().losses()).hasSize(4).allMatch(Double::isFinite);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rslora", "pissa", "dora", "vera"})
    void alongAnEstimate(String id) throws Exception {
        Recipe r = recipe(id, Map.of("dropout", "0")).with(new GradientChoice.TwoPointEstimate(1e-3, 1, false)).with(new ActivationsChoice.ForwardOnly())
                .with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(1e-3, 0, OptimizerChoice.Schedule.Shape.LINEAR)));
        assertThat(TinyRun.of(TinyTask.decoder(), r, 3).asPlanned().losses()).hasSize(3).allMatch(Double::isFinite);
        assertThat(Notes.of(r).stream().anyMatch(n -> n.contains("starts at zero"))).isEqualTo(!id.equals("pissa"));
    }

    /** AdamW's first step is of the size of the rate whatever the gradient, so the rate of a group can be read from it. */
    @Test
    void theMatricesBOfLoraPlusLearnAtTheirRatio() {
        double plain = firstStepOfB(recipe("lora-plus", Map.of("ratio", "1", "warmup", "0")));
        double faster = firstStepOfB(recipe("lora-plus", Map.of("ratio", "16", "warmup", "0")));
        assertThat(plain).isPositive();
        assertThat(faster / plain).isCloseTo(16, within(0.01));
    }

    private static double firstStepOfB(Recipe r) {
        TinyTask t = TinyTask.decoder();
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, r, t.maker(), t.task(), 11, 10)) {
            BatchSource data = t.batches(r.data().batch(), r.data().length(), 11);
            List<DeviceBatch> micro = BatchUpload.of(c, data.next(), 1, true);
            a.step(0, micro);
            micro.forEach(DeviceBatch::close);
            double largest = 0;
            for (LowRankAdapter.Pair p : ((LowRankAdapter) a.adapter()).pairs()) {
                for (float x : c.floats(p.b().data())) {
                    largest = Math.max(largest, Math.abs(x));
                }
            }
            return largest;
        }
    }

    @Test
    void whatClashesIsRefusedInWords() {
        TinyTask t = TinyTask.decoder();
        assertThatThrownBy(() -> Validator.require(recipe("pissa", Map.of("decay", "0.1")), t.config())).hasMessageContaining("start PISSA").hasMessageContaining("decay 0.1")
                .hasMessageContaining("use decay 0");
        Recipe dora = recipe("dora", Map.of());
        assertThatThrownBy(() -> Validator.require(dora.with(new SelectorChoice.AllParameters()), t.config())).hasMessageContaining("WeightNormLoRA").hasMessageContaining("AllParameters")
                .hasMessageContaining("use AdapterOnly");
        AdapterChoice.LowRank pissa = ((AdapterChoice.WeightNorm) dora.adapter()).pair().with(AdapterChoice.Start.PISSA);
        assertThatThrownBy(() -> Validator.require(dora.with(new AdapterChoice.WeightNorm(pissa, false)), t.config())).hasMessageContaining("norms those of the residual");
        assertThatThrownBy(() -> Validator.require(dora.with(new AdapterChoice.LowRank(0, 1, 0, List.of("all"))), t.config())).hasMessageContaining("rank 0");
    }
}
