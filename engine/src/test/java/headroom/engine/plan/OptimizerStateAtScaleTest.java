package headroom.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.data.Batch;
import headroom.engine.memory.Category;
import headroom.engine.memory.Timeline;
import headroom.engine.method.Methods;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.ModelShapes;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the optimizer's choices leave of state and gradients of a model of seven billion parameters, against the arithmetic of their specifications. */
class OptimizerStateAtScaleTest {
    private static final long P = ModelShapes.find("llama-7b").orElseThrow().config().parameterCount();
    private static final long WIDTH = 4096;
    private static final long TABLE = 32_000 * WIDTH;

    private static MemoryPlan plan(String method, Map<String, String> settings) {
        Map<String, String> s = new TreeMap<>(Map.of("compute", "bf16", "batch", "1", "length", "128"));
        s.putAll(settings);
        return PaperScaleTest.plan("llama-7b", Methods.recipe(method, s), 1, 128);
    }

    private static double perParameter(long bytes) {
        return (double) bytes / P;
    }

    private static long most(MemoryPlan p, Category c) {
        return p.timeline().stream().mapToLong((Timeline.Instant i) -> i.byCategory()[c.ordinal()]).max().orElseThrow();
    }

    @Test
    void adamKeepsTwelveBytesAParameterAndOffloadingMovesThemToTheHost() {
        MemoryPlan device = plan("full", Map.of());
        MemoryPlan host = plan("cpu-offload", Map.of());
        assertThat(device.peak().of(Category.OPTIMIZER)).isEqualTo(12 * P);
        assertThat(most(host, Category.OPTIMIZER)).isZero();
        assertThat(host.timeline().get(host.peak().instant()).hostBytes()).isEqualTo(12 * P);
        assertThat(device.peak().bytes() - host.peak().bytes()).isEqualTo(12 * P);
    }

    @Test
    void eightBitCodesTakeTwoBytesAndThreeHundredthsBesideTheMasterCopy() {
        long state = most(plan("adam8bit", Map.of()), Category.OPTIMIZER);
        // input embedding in float32; vectors are too small to count, the language-model head is a matrix like others
        double expected = 4 + 2 + 8.0 / 256 + TABLE * (8 - 2 - 8.0 / 256) / P;
        assertThat(perParameter(state)).isCloseTo(expected, within(1e-3));
    }

    @Test
    void adafactorKeepsRowsAndColumns() {
        long state = most(plan("adafactor", Map.of()), Category.OPTIMIZER);
        assertThat(perParameter(state)).isCloseTo(4, within(0.003));
    }

    @Test
    void lomoHoldsNoGradientButOne() {
        MemoryPlan p = plan("lomo", Map.of());
        assertThat(most(p, Category.OPTIMIZER)).isZero();
        assertThat(most(p, Category.GRADIENTS)).isEqualTo(2 * TABLE);
    }

    @Test
    void badamHoldsOneBlock() {
        long block = ModelShapes.find("llama-7b").orElseThrow().config().blockParameters();
        MemoryPlan p = plan("badam", Map.of());
        assertThat(most(p, Category.OPTIMIZER)).isEqualTo(12 * block);
        assertThat(most(p, Category.GRADIENTS)).isEqualTo(2 * block);
    }

    @Test
    void apolloMiniKeepsNextToNothingOfMatrices() {
        long state = most(plan("apollo", Map.of("mini", "true")), Category.OPTIMIZER);
        // master copy of everything; moments of the input embedding and of the head in full
        assertThat(perParameter(state)).isCloseTo(4 + 8.0 * 2 * TABLE / P, within(0.01));
    }

    /** A turn further down keeps activations of all blocks above it: the turns that matter may come late. */
    @ParameterizedTest
    @ValueSource(strings = {"descending", "ascending", "random"})
    void thePlanKnowsTheTurnThatNeedsMost(String order) {
        ModelConfig config = ModelShapes.find("llama-7b").orElseThrow().config();
        Recipe r = Methods.recipe("badam", Map.of("batch", "4", "length", "512", "turns", order, "every", "10"));
        Assembly.ModelMaker maker = (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 1), 0);
        Batch.Shape shape = new Batch.Shape(4, 512);
        List<Rehearsal.Occasion> all = new ArrayList<>();
        for (long step = 0; step < 400; step++) {
            all.add(new Rehearsal.Occasion(step, true, shape));
        }
        MemoryPlan planned = Planner.plan(new Planner.Request(r, maker, new Assembly.Task.LanguageModelling(), shape, null, 1, 400));
        assertThat(planned.highestBytes()).isEqualTo(Rehearsal.peakOf(r, maker, new Assembly.Task.LanguageModelling(), 1, 400, all).bytes());
    }
}
