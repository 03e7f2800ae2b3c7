package headroom.engine.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {
    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsReadBackInOrder() throws IOException {
        Path file = folder.resolve("model.safetensors");
        RawTensor a = RawTensor.of("block.0.weight", Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        RawTensor scalar = RawTensor.of("scale", Shape.of(), 0.5f);
        RawTensor empty = RawTensor.of("none", Shape.of(0, 4));

        SafeTensorsWriter.write(file, List.of(a, scalar, empty), Map.of("format", "pt"));

        try (SafeTensorsFile read = SafeTensorsFile.open(file)) {
            assertThat(read.names()).containsExactly("block.0.weight", "scale", "none");
            assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
            assertThat(read.get("block.0.weight").shape()).isEqualTo(Shape.of(2, 3));
            assertThat(read.get("block.0.weight").toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(read.get("scale").toFloats()).containsExactly(0.5f);
            assertThat(read.get("none").toFloats()).isEmpty();
        }
    }

    @Test
    void aTensorIsInvalidAfterItsFileIsClosed() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafeTensorsWriter.write(file, List.of(RawTensor.of("w", Shape.of(1), 1)), Map.of());
        RawTensor kept;
        try (SafeTensorsFile read = SafeTensorsFile.open(file)) {
            kept = read.get("w");
        }

        assertThatThrownBy(kept::toFloats).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aMissingTensorIsNamedTogetherWithThoseThatEndAlike() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafeTensorsWriter.write(file, List.of(RawTensor.of("bert.encoder.query.weight", Shape.of(1), 1)), Map.of());

        try (SafeTensorsFile read = SafeTensorsFile.open(file)) {
            assertThatThrownBy(() -> read.get("encoder.query.weight")).isInstanceOf(FormatException.class)
                    .hasMessageContaining(file.toString()).hasMessageContaining("'encoder.query.weight'")
                    .hasMessageContaining("bert.encoder.query.weight");
        }
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNoDraft() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafeTensorsWriter.write(file, List.of(RawTensor.of("w", Shape.of(1), 7)), Map.of());
        SafeTensorsWriter.Entry good = SafeTensorsWriter.Entry.of(RawTensor.of("w", Shape.of(1), 8));
        SafeTensorsWriter.Entry bad = new SafeTensorsWriter.Entry("x", DType.F32, Shape.of(1), () -> {
            throw new IOException("the source ended");
        });

        assertThatThrownBy(() -> SafeTensorsWriter.write(file, List.of(good, bad), Map.of())).hasMessage("the source ended");

        try (SafeTensorsFile read = SafeTensorsFile.open(file); Stream<Path> files = Files.list(folder)) {
            assertThat(read.get("w").toFloats()).containsExactly(7);
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aSourceThatGivesAnotherShapeThanAnnouncedIsRefused() {
        SafeTensorsWriter.Entry entry = new SafeTensorsWriter.Entry("w", DType.F32, Shape.of(2), () -> RawTensor.of("w", Shape.of(3), 1, 2, 3));

        assertThatThrownBy(() -> SafeTensorsWriter.write(folder.resolve("m.safetensors"), List.of(entry), Map.of()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[2]").hasMessageContaining("[3]");
    }

    @Test
    void twoTensorsOfOneNameAreRefused() {
        RawTensor w = RawTensor.of("w", Shape.of(1), 1);

        assertThatThrownBy(() -> SafeTensorsWriter.write(folder.resolve("m.safetensors"), List.of(w, w), Map.of()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'w'");
    }

    /** Each header claims something false about the eight bytes of data behind it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | found 8 bytes, expected 12 bytes for F32 [3]",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | Duplicate",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | overlap",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | a hole of 4 bytes",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | found 8 bytes, expected 4 bytes",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}} | within the 8 bytes of data",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | in order",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}} | a begin and an end",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | found -2",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,8]}} | fewer than 2^63 bytes",
        "{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,8]}} | numbers from 0",
        "{'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}} | VALUE_NUMBER_FLOAT",
        "{'a':{'dtype':'C64','shape':[1],'data_offsets':[0,8]}} | dtype 'C64', expected one of [F64",
        "{'a':{'dtype':'F32','shape':[2]}} | no field 'data_offsets'",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':1}} | the field 'x'",
        "{'__metadata__':{'n':1},'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | VALUE_NUMBER_INT, expected VALUE_STRING",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} {} | more after the closing brace",
        "{'a':[]} | START_ARRAY, expected START_OBJECT",
        "[] | expected '{'",
        "{'a':{ | header: found",
    })
    void aFalseHeaderIsRefusedWithWhatItClaims(String header, String message) throws IOException {
        Path file = write(header.replace('\'', '"').getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> SafeTensorsFile.open(file)).isInstanceOf(FormatException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining(message);
    }

    @Test
    void aHeaderLengthBeyondTheFileOrTheLimitIsRefused() throws IOException {
        for (long length : new long[] {0, 1, 9, 100_000_001L, Long.MAX_VALUE, -1}) {
            Path file = folder.resolve("length.safetensors");
            Files.write(file, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());

            assertThatThrownBy(() -> SafeTensorsFile.open(file)).isInstanceOf(FormatException.class).hasMessageContaining("header length");
        }
    }

    @Test
    void anEmptyFileAndATextFileAreRefused() throws IOException {
        Path empty = Files.write(folder.resolve("empty.safetensors"), new byte[0]);
        Path text = Files.writeString(folder.resolve("text.safetensors"), "version https://git-lfs.example/spec/v1\noid sha256:00\n");

        assertThatThrownBy(() -> SafeTensorsFile.open(empty)).isInstanceOf(FormatException.class).hasMessageContaining("0 bytes");
        assertThatThrownBy(() -> SafeTensorsFile.open(text)).isInstanceOf(FormatException.class).hasMessageContaining("header length");
    }

    private Path write(byte[] header) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(8 + header.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length).put(header).putLong(0);
        return Files.write(folder.resolve("hostile.safetensors"), file.array());
    }
}
