package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.memory.Category;
import headroom.engine.method.Methods;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.Recipe;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs with a network beside the frozen model, in other slots' company: planned to the byte, and the loss falls. */
class LadderRunTest {
    private static final int STEPS = 12;

    private static Recipe recipe(String method, String settings) {
        Map<String, String> all = new HashMap<>(Map.of("batch", "16", "length", "32", "rate", "1e-2"));
        all.putAll(Methods.named(method).trial());
        for (String s : settings.split(" ")) {
            if (!s.isBlank()) {
                all.put(s.substring(0, s.indexOf('=')), s.substring(s.indexOf('=') + 1));
            }
        }
        return Methods.recipe(method, all);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"encoder,compute=bf16", "decoder,compute=bf16 weights=nf4", "encoder,weights=int8 start=random", "decoder,weights=host taps=second", "encoder,saves=int8", "decoder,saves=host", "decoder,saves=rows",
            "encoder,accumulate=2 taps=last", "decoder,loss=segments dropout=0.1", "decoder,pack=true taps=1", "encoder,fused=true"})
    void itKeepsToItsPlanAndTheLossFalls(String model, String settings) throws Exception {
        TinyTask task = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        TinyRun run = TinyRun.of(task, recipe("lst", settings), STEPS).asPlanned();
        double first = run.losses().subList(0, 3).stream().mapToDouble(d -> d).sum();
        double last = run.losses().subList(STEPS - 3, STEPS).stream().mapToDouble(d -> d).sum();
        assertThat(last).isLessThan(first);
        assertThat(run.scores().get("loss")).isFinite();
    }

    /** Six blocks of width 256, the network beside them an eighth as wide. */
    @Test
    void itKeepsAThirdOfWhatPairsInTheBlocksKeep() throws Exception {
        ModelConfig config = HuggingFaceConfig.parse("encoder", """
                {"model_type":"bert","vocab_size":128,"hidden_size":256,"num_hidden_layers":6,"num_attention_heads":4,"intermediate_size":1024,"max_position_embeddings":64,"type_vocab_size":2}""");
        TinyTask task = new TinyTask(config, TinyTask.encoder().task(), TinyTask.encoder().data());
        TinyRun side = TinyRun.of(task, recipe("lst", "width=8"), 2).asPlanned();
        TinyRun pairs = TinyRun.of(task, recipe("lora", ""), 2).asPlanned();
        assertThat(side.measured().of(Category.ACTIVATIONS)).isLessThan(pairs.measured().of(Category.ACTIVATIONS) * 35 / 100);
    }
}
