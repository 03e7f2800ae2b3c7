package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.method.Method;
import headroom.engine.method.Methods;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters at points in other slots' company: over a 4-bit base with checkpoints, and along estimates; planned to the byte each time. */
class PointMixesTest {
    static Stream<Arguments> runs() {
        return Stream.of("ia3", "bitfit", "houlsby", "pfeiffer", "prefix-tuning", "p-tuning-v2", "prompt-tuning")
                .flatMap(id -> Stream.of(TinyTask.encoder(), TinyTask.decoder()).map(task -> Arguments.of(id, task)));
    }

    private static Recipe recipe(String id, Map<String, String> more) {
        Method m = Methods.named(id);
        Map<String, String> s = new HashMap<>(Map.of("batch", "8", "length", "32"));
        s.putAll(m.trial());
        s.putAll(more);
        return Methods.recipe(id, s);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void overAFourBitBaseWithCheckpoints(String id, TinyTask task) throws Exception {
        assertThat(TinyRun.of(task, recipe(id, Map.of("weights", "nf4", "checkpointing", "1", "compute", "bf16")), 4).asPlanned().losses()).hasSize(4).allMatch(Double::isFinite);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void alongAnEstimate(String id, TinyTask task) throws Exception {
        Map<String, String> more = id.equals("p-tuning-v2") ? Map.of("dropout", "0") : Map.of();
        Recipe r = recipe(id, more).with(new GradientChoice.TwoPointEstimate(1e-3, 1, false)).with(new ActivationsChoice.ForwardOnly())
                .with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(1e-3, 0, OptimizerChoice.Schedule.Shape.LINEAR)));
        assertThat(TinyRun.of(task, r, 3).asPlanned().losses()).hasSize(3).allMatch(Double::isFinite);
        assertThat(Recipe.fromJson(r.toJson())).isEqualTo(r);
    }

    @Test
    void aPromptThatLeavesNoRoomOrSharesARowIsRefusedInWords() {
        assertThatThrownBy(() -> TinyRun.of(TinyTask.decoder(), recipe("prompt-tuning", Map.of("prompt", "40")), 1)).hasMessageContaining("PromptTokens take 40").hasMessageContaining("length 24");
        assertThatThrownBy(() -> TinyRun.of(TinyTask.decoder(), recipe("prefix-tuning", Map.of("pack", "true")), 1)).hasMessageContaining("PrefixKv").hasMessageContaining("pack false");
    }
}
