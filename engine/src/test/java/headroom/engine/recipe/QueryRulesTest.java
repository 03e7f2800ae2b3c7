package headroom.engine.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.method.Methods;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.ModelShapes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QueryRulesTest {
    private static final ModelConfig MODEL = ModelShapes.find("gpt2").orElseThrow().config();
    private static final Recipe VQT = Methods.recipe("vqt", Map.of("queries", "3"));

    private static void require(Map<String, String> settings) {
        Validator.require(Methods.recipe("vqt", settings), MODEL);
    }

    @Test
    void itIsARecipeLikeOthers() {
        assertThat(VQT.adapter()).isEqualTo(new AdapterChoice.QueryTokens(3, 0.1));
        assertThat(VQT.selector()).isInstanceOf(SelectorChoice.AdapterOnly.class);
        assertThat(Recipe.fromJson(VQT.toJson())).isEqualTo(VQT);
        for (String model : List.of("gpt2", "bert-base", "llama-7b")) {
            assertThatCode(() -> Validator.require(VQT, ModelShapes.find(model).orElseThrow().config())).doesNotThrowAnyException();
        }
        assertThat(VQT.activations()).isInstanceOf(ActivationsChoice.UntapedBlocks.class);
        assertThatCode(() -> require(Map.of("weights", "nf4"))).doesNotThrowAnyException();
    }

    @Test
    void itMakesClassifiers() {
        assertThatCode(() -> Validator.require(VQT, new Assembly.Task.Classification(4))).doesNotThrowAnyException();
        assertThatThrownBy(() -> Validator.require(VQT, new Assembly.Task.LanguageModelling()))
                .hasMessageContaining("QueryTokens gives one summary of each text and makes a classifier, and the task is to tell the next token").hasMessageContaining("use data with labels");
        assertThatCode(() -> Validator.require(Methods.recipe("lora", Map.of()), new Assembly.Task.LanguageModelling())).doesNotThrowAnyException();
    }

    @Test
    void whatCannotBeIsSaid() {
        assertThatThrownBy(() -> require(Map.of("pack", "true"))).hasMessageContaining("QueryTokens gives one summary of each row, and data pack puts several texts into one; use pack false");
        assertThatThrownBy(() -> require(Map.of("checkpointing", "1"))).hasMessageContaining("adapter QueryTokens").hasMessageContaining("activations BlockCheckpoint");
        assertThatThrownBy(() -> Validator.require(VQT.with(new SelectorChoice.AllParameters()), MODEL)).hasMessageContaining("selector AllParameters would train in them or before them");
        assertThatThrownBy(() -> Validator.require(VQT.with(new AdapterChoice.QueryTokens(0, 0.1)), MODEL)).hasMessageContaining("QueryTokens of 0 rows with dropout 0.1; expected at least 1");
        assertThatThrownBy(() -> Validator.require(VQT.with(new GradientChoice.TwoPointEstimate(1e-3, 1, false)).with(new ActivationsChoice.ForwardOnly()), MODEL))
                .hasMessageContaining("adapter QueryTokens").hasMessageContaining("activations ForwardOnly");
    }
}
