package headroom.engine.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.method.Methods;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.ModelShapes;
import headroom.engine.recipe.ActivationsChoice.TokenSubset;
import headroom.engine.tape.stack.TokenSubsetStack.Choosing;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenRulesTest {
    private static final ModelConfig MODEL = ModelShapes.find("gpt2").orElseThrow().config();

    private static void require(String method, Map<String, String> settings) {
        Validator.require(Methods.recipe(method, settings), MODEL);
    }

    @Test
    void itIsSetForAnyMethodOnATape() {
        Recipe r = Methods.recipe("lora", Map.of("tokens", "0.4", "tokens-block", "16", "tokens-from", "3", "tokens-by", "drawn", "tokens-of", "layer"));
        assertThat(r.activations()).isEqualTo(new TokenSubset(0.4, 16, 3, true, Choosing.DRAWN));
        assertThat(Recipe.fromJson(r.toJson())).isEqualTo(r);
        assertThatCode(() -> Validator.require(r, MODEL)).doesNotThrowAnyException();
        assertThat(Methods.recipe("lora", Map.of("tokens", "1", "tokens-block", "16")).activations()).isEqualTo(new ActivationsChoice.KeepNeeded());
    }

    @Test
    void whatCannotBeIsSaid() {
        assertThatThrownBy(() -> require("lora", Map.of("tokens", "0.4", "length", "100"))).hasMessageContaining("blocks of 64 tokens, and data length 100 is no multiple; use length 64");
        assertThatThrownBy(() -> require("lora", Map.of("tokens", "0.4", "tokens-from", "12"))).hasMessageContaining("from layer 12 of 12 on");
        assertThatThrownBy(() -> require("lora", Map.of("tokens", "0.4", "pack", "true"))).hasMessageContaining("use pack false");
        assertThatThrownBy(() -> require("prefix-tuning", Map.of("tokens", "0.4"))).hasMessageContaining("adapter PrefixKv counts on all rows");
        assertThatThrownBy(() -> require("prompt-tuning", Map.of("tokens", "0.4"))).hasMessageContaining("adapter PromptTokens counts on all rows");
    }

    @Test
    void oneDriverAtATime() {
        assertThatThrownBy(() -> require("lora", Map.of("tokens", "0.4", "checkpointing", "1"))).hasMessageContaining("checkpoints both say how the blocks are run");
        assertThatThrownBy(() -> require("meft", Map.of("tokens", "0.4"))).hasMessageContaining("streams that are computed back both say how the blocks are run");
    }
}
