package headroom.engine.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFilesTest {
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    Path folder;

    @Test
    void aFolderWithOneFileOpensIt() throws IOException {
        write("model.safetensors", "w", 3);

        try (TensorFile file = TensorFiles.open(folder)) {
            assertThat(file.get("w").toFloats()).containsExactly(3);
        }
    }

    @Test
    void shardsAreOneSetOfNames() throws IOException {
        write(FIRST, "a", 1);
        write(SECOND, "b", 2);
        index("{\"metadata\":{\"total_size\":8},\"weight_map\":{\"a\":\"" + FIRST + "\",\"b\":\"" + SECOND + "\"}}");

        try (TensorFile file = TensorFiles.open(folder)) {
            assertThat(file.names()).containsExactly("a", "b");
            assertThat(file.get("b").toFloats()).containsExactly(2);
            assertThatThrownBy(() -> file.get("c")).isInstanceOf(FormatException.class).hasMessageContaining("'c'");
        }
    }

    @Test
    void anIndexThatNamesATensorItsShardLacksIsRefused() throws IOException {
        write(FIRST, "a", 1);
        index("{\"weight_map\":{\"a\":\"" + FIRST + "\",\"b\":\"" + FIRST + "\"}}");

        assertThatThrownBy(() -> TensorFiles.open(folder)).isInstanceOf(FormatException.class).hasMessageContaining("'b'").hasMessageContaining(FIRST);
    }

    @Test
    void anIndexCannotReachOutsideItsFolder() throws IOException {
        for (String outside : List.of("../secret.safetensors", "/etc/secret.safetensors", "..\\\\secret.safetensors", "model.bin")) {
            index("{\"weight_map\":{\"a\":\"" + outside + "\"}}");

            assertThatThrownBy(() -> TensorFiles.open(folder)).isInstanceOf(FormatException.class).hasMessageContaining("same folder");
        }
    }

    @Test
    void aFolderWithoutWeightsSaysWhatItNeeds() {
        assertThatThrownBy(() -> TensorFiles.open(folder)).isInstanceOf(FormatException.class)
                .hasMessageContaining("no safetensors or ONNX file").hasMessageContaining("model.safetensors");
        assertThatThrownBy(() -> TensorFiles.open(folder.resolve("absent"))).isInstanceOf(FormatException.class).hasMessageContaining("nothing there");
    }

    @Test
    void theBundledMiniLmOpensUnderItsCheckpointNames() throws IOException {
        Path minilm = Path.of(System.getProperty("headroom.bundle"), "models/minilm");

        try (TensorFile file = TensorFiles.open(minilm)) {
            assertThat(file.get("encoder.layer.5.output.dense.weight").shape()).isEqualTo(Shape.of(384, 1536));
        }
    }

    private void write(String file, String tensor, float value) throws IOException {
        SafeTensorsWriter.write(folder.resolve(file), List.of(RawTensor.of(tensor, Shape.of(1), value)), Map.of());
    }

    private void index(String json) throws IOException {
        Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    }
}
