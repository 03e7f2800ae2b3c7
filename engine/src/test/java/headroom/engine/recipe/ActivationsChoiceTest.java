package headroom.engine.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ActivationsChoiceTest {
    private static String stored(String activations) {
        String now = Recipe.defaults().toJson();
        int from = now.indexOf("\"activations\"");
        return now.substring(0, from) + "\"activations\" : " + activations + ",\n  " + now.substring(now.indexOf("\"optimizer\""));
    }

    @Test
    void recipesStoredBeforeThereWasAChoiceOfLossKeepTheirMeaning() {
        assertThat(Recipe.fromJson(stored("{\"kind\":\"KeepNeeded\"}"))).isEqualTo(Recipe.defaults());
        assertThat(Recipe.fromJson(stored("{\"kind\":\"BlockCheckpoint\",\"every\":3}")).activations()).isEqualTo(new ActivationsChoice.BlockCheckpoint(3));
        assertThat(Recipe.fromJson(stored("{\"kind\":\"ForwardOnly\"}")).activations()).isEqualTo(new ActivationsChoice.ForwardOnly());
        assertThat(new ActivationsChoice.BlockCheckpoint(3).loss()).isEqualTo(new ActivationsChoice.WholeLoss());
    }

    @Test
    void everyChoiceComesBackFromJson() {
        for (ActivationsChoice a : new ActivationsChoice[] {new ActivationsChoice.KeepNeeded(), new ActivationsChoice.BlockCheckpoint(2).with(ActivationsChoice.SegmentedLoss.AUTOMATIC),
                new ActivationsChoice.ForwardOnly(new ActivationsChoice.SegmentedLoss(64))}) {
            Recipe r = Recipe.defaults().with(a);
            assertThat(Recipe.fromJson(r.toJson())).isEqualTo(r);
        }
    }
}
