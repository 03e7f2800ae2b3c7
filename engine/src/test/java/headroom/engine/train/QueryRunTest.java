package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.memory.Category;
import headroom.engine.method.Methods;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.Recipe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs with queries beside the tokens of frozen layers, in other slots' company: planned to the byte, and the loss falls. */
class QueryRunTest {
    private static final int STEPS = 12;

    private static Recipe recipe(String method, String settings) {
        Map<String, String> all = new HashMap<>(Map.of("batch", "16", "length", "32", "rate", "3e-3"));
        all.putAll(Methods.named(method).trial());
        for (String s : settings.split(" ")) {
            if (!s.isBlank()) {
                all.put(s.substring(0, s.indexOf('=')), s.substring(s.indexOf('=') + 1));
            }
        }
        return Methods.recipe(method, all);
    }

    private static TinyTask task(String model) {
        return model.equals("encoder") ? TinyTask.encoder() : TinyTask.classifyingDecoder();
    }

    private static double mean(List<Double> losses) {
        return losses.stream().mapToDouble(d -> d).average().orElseThrow();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"encoder,compute=bf16", "decoder,compute=bf16 weights=nf4", "encoder,weights=int8 queries=1", "decoder,weights=host", "encoder,saves=int8", "decoder,saves=host queries=4", "encoder,accumulate=2",
            "decoder,loss=segments dropout=0.3", "encoder,fused=true", "encoder,keep=input", "decoder,keep=input compute=bf16 weights=nf4 saves=host"})
    void itKeepsToItsPlanAndTheLossFalls(String model, String settings) throws Exception {
        TinyRun run = TinyRun.of(task(model), recipe("vqt", settings), STEPS).asPlanned();
        assertThat(mean(run.losses().subList(STEPS - 3, STEPS))).isLessThan(mean(run.losses().subList(0, 3)));
        assertThat(run.scores().get("accuracy")).isBetween(0.0, 1.0);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"encoder,''", "decoder,''", "decoder,compute=bf16 weights=nf4", "encoder,keep=input"})
    void lossesAndBookingsAreTheSameWithTheArena(String model, String settings) throws Exception {
        Recipe recipe = recipe("vqt", settings);
        TinyRun without = TinyRun.of(task(model), recipe, STEPS);
        TinyRun within = TinyRun.inArena(task(model), recipe, STEPS).asPlanned();
        assertThat(within.losses()).isEqualTo(without.losses());
        assertThat(within.scores()).isEqualTo(without.scores());
        assertThat(within.measured().bytes()).isEqualTo(without.measured().bytes());
        if (model.equals("encoder")) {
            // a decoder's rotary tables are made anew where the length changes, which a step cannot know beforehand
            assertThat(within.use().fitted()).as("bytes that did not lie where they were planned").isLessThan(within.use().planned() / 50);
        }
    }

    /** F = 4d: keys and values are 2d a token, a frozen layer that gradients pass keeps 10d, a trained one 16d if nothing is made again. */
    @Test
    void aLayerKeepsAFifthOfWhatAPromptMakesItKeepAndAnEighthOfFullFineTuning() throws Exception {
        ModelConfig config = HuggingFaceConfig.parse("encoder", """
                {"model_type":"bert","vocab_size":128,"hidden_size":256,"num_hidden_layers":6,"num_attention_heads":4,"intermediate_size":1024,"max_position_embeddings":64,"type_vocab_size":2}""");
        TinyTask task = new TinyTask(config, TinyTask.encoder().task(), TinyTask.encoder().data());
        long queries = activations(task, "vqt", "queries=1");
        // with rows of 32 tokens a query and the statistics are a share of what is kept, where rows of some hundreds make them vanish
        double rows = 0.95 * 2 * 32.0 / (2 * 32 + 8);
        assertThat(activations(task, "prompt-tuning", "prompt=1 length=32")).isGreaterThan((long) (5 * rows * queries));
        assertThat(activations(task, "full", "saves=every")).isGreaterThan((long) (8 * rows * queries));
    }

    private static long activations(TinyTask task, String method, String settings) throws Exception {
        return TinyRun.of(task, recipe(method, settings), 2).asPlanned().measured().of(Category.ACTIVATIONS);
    }

    @Test
    void aLanguageModelIsRefusedBeforeAnythingIsLoaded() {
        assertThatThrownBy(() -> TinyRun.of(TinyTask.decoder(), recipe("vqt", ""), 2)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("use data with labels");
    }
}
