package headroom.engine.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SubsetSelection;
import headroom.engine.recipe.SubsetSelection.Pick;
import headroom.engine.recipe.SubsetSelection.Score;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A selection of rows set beside any method. */
class DataSettingsTest {
    private static SubsetSelection select(Map<String, String> settings) {
        return Methods.recipe("lora", settings).data().select();
    }

    @Test
    void aScoreAndAShareAreASelection() {
        assertThat(select(Map.of())).isNull();
        assertThat(select(Map.of("select", "none", "select-by", "facility"))).isNull();
        assertThat(select(Map.of("select", "ifd:0.4"))).isEqualTo(SubsetSelection.top(Score.IFD, 0.4));
        assertThat(select(Map.of("select", "loss"))).isEqualTo(SubsetSelection.top(Score.LOSS, 0.4));
        assertThat(select(Map.of("select", "entropy:1", "select-by", "clusters", "select-clusters", "3"))).isEqualTo(SubsetSelection.top(Score.ENTROPY, 1).by(Pick.CLUSTERS).clusters(3));
        assertThat(select(Map.of("select", "perplexity:0.25", "select-by", "facility", "select-end", "lowest")))
                .isEqualTo(SubsetSelection.top(Score.PERPLEXITY, 0.25).by(Pick.FACILITY_LOCATION).lowest());
    }

    @Test
    void aSelectionComesBackFromJsonAndOlderRecipesHaveNone() {
        Recipe r = Methods.recipe("lora", Map.of("select", "ifd:0.3", "select-by", "clusters"));
        assertThat(Recipe.fromJson(r.toJson())).isEqualTo(r);
        Recipe all = Methods.recipe("lora", Map.of());
        assertThat(all.toJson()).doesNotContain("select\"");
        assertThat(Recipe.fromJson(all.toJson()).data().select()).isNull();
    }

    @Test
    void wordsThatAreNoSelectionAreRefusedWithThoseThatAre() {
        assertThatThrownBy(() -> select(Map.of("select", "luck:0.4"))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'luck:0.4'").hasMessageContaining("ifd:0.4");
        assertThatThrownBy(() -> select(Map.of("select", "loss:many"))).hasMessageContaining("share of the rows that is kept, e.g. loss:0.4");
        assertThatThrownBy(() -> select(Map.of("select", "loss:1.5"))).hasMessageContaining("share of 1.5").hasMessageContaining("more than 0 and at most 1");
        assertThatThrownBy(() -> select(Map.of("select", "loss:0"))).hasMessageContaining("share of 0.0");
        assertThatThrownBy(() -> select(Map.of("select", "loss", "select-by", "chance"))).hasMessageContaining("top, clusters, facility");
    }
}
