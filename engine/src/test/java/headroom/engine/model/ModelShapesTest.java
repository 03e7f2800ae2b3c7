package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.model.ModelConfig.NormPlace;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ModelShapesTest {

    static List<ModelShape> shapes() {
        return ModelShapes.all();
    }

    @ParameterizedTest
    @CsvSource({
        "bert-base, 109482240", "bert-large, 335141888", "roberta-base, 124645632", "roberta-large, 355359744",
        "gpt2, 124439808", "gpt2-medium, 354823168", "gpt2-large, 774030080", "gpt2-xl, 1557611200",
        "opt-125m, 125239296", "opt-350m, 331196416", "opt-1.3b, 1315758080", "opt-2.7b, 2651596800",
        "opt-6.7b, 6658473984", "opt-13b, 12853473280", "opt-30b, 29974540288",
        "llama-7b, 6738415616", "llama-13b, 13015864320", "llama-30b, 32528943616", "llama-65b, 65285660672",
        "llama-2-7b, 6738415616", "llama-2-13b, 13015864320", "llama-2-70b, 68976648192",
        "llama-3.1-8b, 8030261248", "llama-3.1-70b, 70553706496", "llama-3.2-1b, 1235814400", "llama-3.2-3b, 3212749824",
        "mistral-7b, 7241732096",
        "qwen2.5-0.5b, 494032768", "qwen2.5-1.5b, 1543714304", "qwen2.5-3b, 3085938688", "qwen2.5-7b, 7615616512",
        "qwen2.5-14b, 14770033664", "qwen2.5-32b, 32763876352", "qwen2.5-72b, 72706203648",
        "smollm2-135m, 134515008",
    })
    void theClosedFormGivesThePublishedParameterCount(String id, long published) {
        assertThat(ModelShapes.find(id).orElseThrow().config().parameterCount()).isEqualTo(published);
    }

    @Test
    void theLargestOptComesToItsPublishedRoundedSize() {
        // its exact total is not published
        assertThat(ModelShapes.find("opt-66b").orElseThrow().config().parameterCount() / 1e9).isBetween(65.5, 66.5);
    }

    @Test
    void everyShapeHasAnIdOfItsOwn() {
        Set<String> ids = new HashSet<>();
        shapes().forEach(s -> assertThat(ids.add(s.id())).as(s.id()).isTrue());
        assertThat(ids).hasSize(40);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aWrittenConfigurationReadsBackEqual(ModelShape shape) {
        assertThat(HuggingFaceConfig.parse(Path.of(shape.id()), HuggingFaceConfig.toJson(shape.config()))).isEqualTo(shape.config());
    }

    @Test
    void theOddOneAmongTheOptModelsKeepsItsPeculiarities() {
        ModelConfig odd = ModelShapes.find("OPT-350m").orElseThrow().config();
        ModelConfig plain = ModelShapes.find("opt-125m").orElseThrow().config();

        assertThat(odd.embedding()).isEqualTo(512);
        assertThat(odd.projectsEmbedding()).isTrue();
        assertThat(odd.normPlace()).isEqualTo(NormPlace.AFTER);
        assertThat(odd.finalNorm()).isFalse();
        assertThat(odd.positionRows()).isEqualTo(2050);
        assertThat(plain.projectsEmbedding()).isFalse();
        assertThat(plain.normPlace()).isEqualTo(NormPlace.BEFORE);
        assertThat(plain.finalNorm()).isTrue();
    }

    @Test
    void robertaCountsItsPositionsFromThePaddingToken() {
        ModelConfig roberta = ModelShapes.find("roberta-base").orElseThrow().config();

        assertThat(roberta.maxPositions()).isEqualTo(512);
        assertThat(roberta.positionRows()).isEqualTo(514);
    }
}
