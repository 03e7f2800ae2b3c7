package headroom.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.data.Batch;
import headroom.engine.memory.Category;
import headroom.engine.method.Methods;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.ModelShapes;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dry runs at the papers' scale against the papers' figures. */
class PaperScaleTest {
    private static final double GB = 1e9;

    static MemoryPlan plan(String shape, Recipe recipe, int batch, int length) {
        ModelConfig config = ModelShapes.find(shape).orElseThrow().config();
        Assembly.ModelMaker maker = (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 1), 0);
        Assembly.Task task = config.family().isEncoder() ? new Assembly.Task.Classification(2) : new Assembly.Task.LanguageModelling();
        return Planner.plan(new Planner.Request(recipe, maker, task, new Batch.Shape(batch, length), null, 1, 1000));
    }

    private static Recipe recipe(String method, Map<String, String> settings) {
        return Methods.recipe(method, settings);
    }

    /** GaLore's own arithmetic for LLaMA-7B: weights 13.48 GB, gradients as much, Adam's moments in bf16 26.95 GB. */
    @Test
    void fullFineTuningOfLlama7bInBf16NeedsEightBytesPerParameter() {
        MemoryPlan p = plan("llama-7b", recipe("full", Map.of("compute", "bf16", "state", "bf16", "batch", "1", "length", "2048")), 1, 2048);
        assertThat(p.parameters()).isEqualTo(6_738_415_616L);
        assertThat(p.peak().of(Category.WEIGHTS) / GB).isCloseTo(13.48, within(0.01));
        assertThat(p.peak().of(Category.OPTIMIZER) / GB).isCloseTo(26.95, within(0.01));
        long gradients = p.timeline().stream().mapToLong(i -> i.byCategory()[Category.GRADIENTS.ordinal()]).max().orElseThrow();
        assertThat(gradients / GB).isCloseTo(13.48, within(0.01));
        assertThat((p.peak().of(Category.WEIGHTS) + gradients + p.peak().of(Category.OPTIMIZER)) / GB).isCloseTo(53.9, within(0.1));
    }

    /** GaLore, 7B, rank 1,024, bf16 states: 9.41 GB of optimizer state where Adam has 26.95. */
    @Test
    void galoreLeavesAThirdOfAdamsState() {
        MemoryPlan p = plan("llama-7b", recipe("galore", Map.of("compute", "bf16", "state", "bf16", "rank", "1024", "batch", "1", "length", "256")), 1, 256);
        assertThat(p.peak().of(Category.OPTIMIZER) / GB).isCloseTo(9.41, within(0.05));
    }

    /** LISA, Llama-2-7B in pure bf16: 15.05, 17.48 and 19.91 GB of weights, gradients and state for 0, 2 and 4 layers. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4})
    void lisaNeedsWhatItsLayersNeed(int layers) {
        MemoryPlan p = plan("llama-2-7b", recipe("lisa", Map.of("compute", "bf16", "state", "bf16", "layers", Integer.toString(layers), "batch", "1", "length", "64")), 1, 64);
        long gradients = p.timeline().stream().mapToLong(i -> i.byCategory()[Category.GRADIENTS.ordinal()]).max().orElseThrow();
        double fixed = (p.peak().of(Category.WEIGHTS) + gradients + p.peak().of(Category.OPTIMIZER)) / GB;
        // the head is not tied: 262 M parameters always train beside the layers' 202 M each
        assertThat(fixed).isCloseTo(15.05 + 1.214 * layers, within(0.08));
    }

    /** QLoRA: 4.127 bits per weight of the linears, about 3.9 GB for a 7B base. */
    @Test
    void qloraStoresA7bBaseInFourGigabytes() {
        MemoryPlan p = plan("llama-7b", recipe("qlora", Map.of("compute", "bf16", "rank", "64", "batch", "1", "length", "64")), 1, 64);
        assertThat(p.peak().of(Category.WEIGHTS) / GB).isCloseTo(3.9, within(0.1));
        assertThat(p.trained()).isEqualTo(159_907_840L);
    }

    /** MeZO keeps nothing but the weights. */
    @Test
    void mezoHasNoGradientsNoStateAndNoActivations() {
        MemoryPlan p = plan("opt-1.3b", recipe("mezo", Map.of("batch", "1", "length", "256")), 1, 256);
        for (Category c : new Category[] {Category.GRADIENTS, Category.OPTIMIZER, Category.ACTIVATIONS}) {
            assertThat(p.timeline()).allSatisfy(i -> assertThat(i.byCategory()[c.ordinal()]).isZero());
        }
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
