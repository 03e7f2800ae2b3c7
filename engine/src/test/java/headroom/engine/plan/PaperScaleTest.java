package headroom.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.data.Batch;
import headroom.engine.method.Methods;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.ModelShapes;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dry runs at the papers' scale. What papers say of them is held by the claims. */
class PaperScaleTest {
    static MemoryPlan plan(String shape, Recipe recipe, int batch, int length) {
        ModelConfig config = ModelShapes.find(shape).orElseThrow().config();
        Assembly.ModelMaker maker = (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 1), 0);
        Assembly.Task task = config.family().isEncoder() ? new Assembly.Task.Classification(2) : new Assembly.Task.LanguageModelling();
        return Planner.plan(new Planner.Request(recipe, maker, task, new Batch.Shape(batch, length), null, 1, 1000));
    }

    private static Recipe recipe(String method, Map<String, String> settings) {
        return Methods.recipe(method, settings);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-large", "roberta-base", "gpt2-xl", "opt-66b", "llama-65b", "llama-2-70b", "llama-3.1-70b", "llama-3.2-3b", "mistral-7b", "qwen2.5-72b"})
    void everyFamilyIsPlannedAtItsPublishedSize(String shape) {
        MemoryPlan p = plan(shape, recipe("full", Map.of("compute", "bf16", "batch", "1", "length", "128")), 1, 128);
        long expected = ModelShapes.find(shape).orElseThrow().config().parameterCount();
        long head = p.layers().stream().filter(l -> l.path().equals("head")).mapToLong(MemoryPlan.Layer::trainedBytes).sum();
        assertThat(p.parameters()).isBetween(expected - 2_000_000, expected + head);
        assertThat(p.phases()).allSatisfy(f -> assertThat(f.bytes()).isPositive());
        assertThat(p.flops()).isGreaterThan(6L * 128 * expected / 2);
    }
}
