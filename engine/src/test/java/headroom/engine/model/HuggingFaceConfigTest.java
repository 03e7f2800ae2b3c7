package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.exchange.FormatException;
import headroom.engine.model.ModelConfig.Activation;
import headroom.engine.model.ModelConfig.Family;
import headroom.engine.model.ModelConfig.Norm;
import headroom.engine.model.ModelConfig.NormPlace;
import headroom.engine.model.ModelConfig.Positions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFaceConfigTest {
    private static final String LLAMA = """
            {"model_type": "llama", "vocab_size": 4096, "hidden_size": 256, "num_hidden_layers": 4, "num_attention_heads": 8,
             "num_key_value_heads": 4, "intermediate_size": 688, "max_position_embeddings": 512, "hidden_act": "silu",
             "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": true}""";

    @TempDir
    Path folder;

    @Test
    void aSmallLlamaIsReadFromItsFolder() throws IOException {
        Files.writeString(folder.resolve("config.json"), LLAMA);

        ModelConfig c = HuggingFaceConfig.read(folder);

        assertThat(c.family()).isEqualTo(Family.LLAMA);
        assertThat(c.headDim()).isEqualTo(32);
        assertThat(c.kvWidth()).isEqualTo(128);
        assertThat(c.norm()).isEqualTo(Norm.RMS_NORM);
        assertThat(c.normPlace()).isEqualTo(NormPlace.BEFORE);
        assertThat(c.positions()).isEqualTo(Positions.ROTARY);
        assertThat(c.gated()).isTrue();
        assertThat(c.qkvBias() || c.outBias() || c.mlpBias()).isFalse();
        // table + four blocks of (q, k, v, o; gate, up, down; two norms) + last norm
        assertThat(c.parameterCount()).isEqualTo(4096 * 256 + 4L * (256 * 256 * 2 + 256 * 128 * 2 + 3 * 256 * 688 + 2 * 256) + 256);
    }

    @Test
    void theBundledMiniLmIsABertWithoutAPooler() throws IOException {
        ModelConfig c = HuggingFaceConfig.read(Path.of(System.getProperty("headroom.bundle"), "models/minilm"));

        assertThat(c.family()).isEqualTo(Family.BERT);
        assertThat(c.normEps()).isEqualTo(1e-12);
        assertThat(c.activation()).isEqualTo(Activation.GELU);
        assertThat(c.pooler()).isFalse();
        assertThat(c.parameterCount()).isEqualTo(22_565_376);
    }

    @Test
    void qwenHasBiasesOnQueryKeyAndValueOnly() {
        ModelConfig c = ModelShapes.find("qwen2.5-0.5b").orElseThrow().config();

        assertThat(c.qkvBias()).isTrue();
        assertThat(c.outBias() || c.mlpBias()).isFalse();
        assertThat(c.tiedHead()).isTrue();
    }

    @Test
    void llamaThreePointOneStretchesItsAngles() {
        ModelConfig c = ModelShapes.find("llama-3.1-8b").orElseThrow().config();

        assertThat(c.ropeTheta()).isEqualTo(500_000);
        assertThat(c.ropeScaling()).hasValue(new ModelConfig.RopeScaling(8, 1, 4, 8192));
        assertThat(c.tiedHead()).isFalse();
    }

    @Test
    void newerFilesMayGatherTheAnglesInOneObject() {
        ModelConfig old = HuggingFaceConfig.parse("old", LLAMA);
        ModelConfig newer = HuggingFaceConfig.parse("new", LLAMA.replace("\"rope_theta\": 10000.0",
                "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 10000.0}"));

        assertThat(newer).isEqualTo(old);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "\"llama\" | \"t5\" | model_type: found \"t5\", expected one of [bert, roberta, gpt2, opt, llama, mistral, qwen2]",
        "\"hidden_size\": 256, | | hidden_size: found nothing",
        "\"hidden_size\": 256 | \"hidden_size\": -4 | hidden_size: found -4",
        "\"hidden_size\": 256 | \"hidden_size\": 256.5 | hidden_size: found 256.5",
        "\"hidden_size\": 256 | \"hidden_size\": 250 | 250 with 8 heads",
        "\"num_key_value_heads\": 4 | \"num_key_value_heads\": 3 | 8 query heads cannot be shared evenly by 3",
        "\"silu\" | \"mish\" | hidden_act: found mish",
        "1e-5 | 0 | rms_norm_eps: found 0",
        "\"tie_word_embeddings\": true | \"tie_word_embeddings\": 1 | tie_word_embeddings: found 1, expected true or false",
        "\"rope_theta\": 10000.0 | \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4} | rope_scaling: found yarn",
        "\"rope_theta\": 10000.0 | \"quantization_config\": {\"quant_method\": \"gptq\"} | quantization_config: found gptq",
    })
    void whatTheEngineDoesNotComputeIsRefusedByFieldName(String part, String instead, String message) {
        String json = LLAMA.replace(part, instead == null ? "" : instead);

        assertThatThrownBy(() -> HuggingFaceConfig.parse("config.json", json)).isInstanceOf(FormatException.class)
                .hasMessageContaining("config.json").hasMessageContaining(message);
    }

    @Test
    void aFileThatIsNoJsonIsRefusedWithThePlace() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\n \"model_type\": llama }");

        assertThatThrownBy(() -> HuggingFaceConfig.read(folder)).isInstanceOf(FormatException.class).hasMessageContaining("line 2");
    }

    @Test
    void aFolderWithoutAConfigurationSaysSo() {
        assertThatThrownBy(() -> HuggingFaceConfig.read(folder)).isInstanceOf(FormatException.class).hasMessageContaining("config.json");
    }
}
