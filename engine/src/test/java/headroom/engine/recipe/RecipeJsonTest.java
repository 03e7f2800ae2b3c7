package headroom.engine.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recipes as text: what was written is read back, and what an older version wrote still is. */
class RecipeJsonTest {
    private static final String OLD = """
            {"compute":"BF16","weights":%s,"adapter":{"kind":"LoRA","rank":16,"alpha":32.0,"dropout":0.0,"targets":["all"]},
             "selector":{"kind":"AdapterOnly"},"gradient":{"kind":"Backprop"},"activations":{"kind":"BlockCheckpoint","every":1},
             "optimizer":{"rule":{"kind":"AdamW","beta1":0.9,"beta2":0.999,"epsilon":1.0E-8,"epsilonBeforeCorrection":false,"decay":0.0,"state":"F32"},
               "schedule":{"rate":5.0E-4,"warmup":0.06,"shape":"LINEAR"},"clip":0.3,"subspace":{"kind":"FullSpace"},"inBackward":false,"dropOnFreeze":false},
             "data":{"batch":32,"accumulate":1,"length":128},"run":{"kind":"SinglePhase"}}""";

    @Test
    void weightsOfTheFirstVersionStillParse() {
        assertThat(Recipe.fromJson(OLD.formatted("{\"kind\":\"Nf4Weights\",\"block\":64,\"doubleQuantisation\":true}")).weights())
                .isEqualTo(new WeightsChoice.NormalFloat(4, 64, true, 0));
        assertThat(Recipe.fromJson(OLD.formatted("{\"kind\":\"DenseWeights\"}")).weights()).isEqualTo(new WeightsChoice.Dense());
    }

    static List<String> words() {
        return WeightPresets.words();
    }

    @ParameterizedTest
    @MethodSource("words")
    void everyWordForWeightsIsAChoiceThatComesBack(String word) {
        Recipe r = Recipe.defaults().with(WeightPresets.of(word).withTile(64));
        assertThat(Recipe.fromJson(r.toJson())).isEqualTo(r);
        assertThat(WeightPresets.wordOf(r.weights())).isEqualTo(word);
    }

    @Test
    void bitsThatThereAreNotAreRefusedWhereTheyAreRead() {
        assertThatThrownBy(() -> Recipe.fromJson(OLD.formatted("{\"kind\":\"IntegerWeights\",\"bits\":5,\"group\":64,\"symmetric\":true,\"scales\":\"F16\",\"trainScales\":false,\"tile\":0}")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("there are 2, 3, 4 and 8");
    }
}
