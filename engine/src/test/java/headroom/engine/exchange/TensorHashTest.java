package headroom.engine.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorHashTest {
    @TempDir
    private Path folder;

    private String hash(String name, RawTensor... tensors) throws IOException {
        SafeTensorsWriter.write(folder.resolve(name), List.of(tensors), Map.of("note", name));
        try (TensorFile file = SafeTensorsFile.open(folder.resolve(name))) {
            return TensorHash.of(file);
        }
    }

    @Test
    void theSameTensorsHaveOneHashInWhateverOrderAndFile() throws IOException {
        RawTensor a = RawTensor.of("a", Shape.of(2, 2), 1, 2, 3, 4);
        RawTensor b = RawTensor.of("b", Shape.of(1), 5);
        String whole = hash("whole", a, b);
        assertThat(hash("turned", b, a)).isEqualTo(whole).hasSize(64);
        assertThat(hash("changed", a, RawTensor.of("b", Shape.of(1), 5.0000005f))).isNotEqualTo(whole);
        assertThat(hash("renamed", a, b.named("c"))).isNotEqualTo(whole);
        assertThat(hash("reshaped", RawTensor.of("a", Shape.of(4), 1, 2, 3, 4), b)).isNotEqualTo(whole);
    }
}
