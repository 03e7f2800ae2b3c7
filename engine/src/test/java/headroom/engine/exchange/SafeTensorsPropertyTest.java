package headroom.engine.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

class SafeTensorsPropertyTest {
    private Path folder;

    /** A tensor's outside; its bytes follow from the seed. */
    record Spec(DType dtype, List<Integer> dims, long seed) {
        RawTensor tensor(String name) {
            Shape shape = Shape.of(dims.stream().mapToLong(Integer::longValue).toArray());
            byte[] bytes = new byte[Math.toIntExact(shape.bytes(dtype))];
            new Random(seed).nextBytes(bytes);
            return new RawTensor(name, dtype, shape, ByteBuffer.wrap(bytes));
        }
    }

    @BeforeProperty
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory("safetensors");
    }

    @AfterProperty
    void removeFolder() throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    @Provide
    Arbitrary<Map<String, Spec>> tensors() {
        Arbitrary<Spec> spec = Combinators.combine(Arbitraries.of(DType.class), Arbitraries.integers().between(0, 5).list().ofMaxSize(4),
                Arbitraries.longs()).as(Spec::new);
        Arbitrary<String> name = Arbitraries.strings().ofMaxLength(12).filter(n -> !n.equals("__metadata__") && wellFormed(n));
        return Arbitraries.maps(name, spec).ofMaxSize(6);
    }

    @Property(tries = 200)
    void anySetOfTensorsComesBackByteForByte(@ForAll("tensors") Map<String, Spec> specs) throws IOException {
        List<RawTensor> written = new ArrayList<>();
        new LinkedHashMap<>(specs).forEach((name, spec) -> written.add(spec.tensor(name)));
        Path file = folder.resolve("round.safetensors");

        SafeTensorsWriter.write(file, written, Map.of("seed", "any"));

        try (SafeTensorsFile read = SafeTensorsFile.open(file)) {
            assertThat(read.names()).containsExactlyElementsOf(written.stream().map(RawTensor::name).toList());
            for (RawTensor w : written) {
                RawTensor r = read.get(w.name());
                assertThat(r.dtype()).isEqualTo(w.dtype());
                assertThat(r.shape()).isEqualTo(w.shape());
                assertThat(r.bytes().mismatch(w.bytes())).isEqualTo(-1);
            }
        }
    }

    @Property(tries = 1000)
    void aDamagedFileIsReadOrRefusedButNeverCrashesTheReader(@ForAll @Size(min = 1, max = 6) List<@IntRange(min = 0, max = 1 << 20) Integer> places,
            @ForAll @Size(6) List<Byte> bytes, @ForAll @IntRange(min = 0, max = 40) int cut) throws IOException {
        byte[] file = damaged(places, bytes, cut);

        openAndReadAll(file);
    }

    @Property(tries = 1000)
    void aHeaderOfAnyTextIsReadOrRefused(@ForAll("headers") String header) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + 24).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text);

        openAndReadAll(file.array());
    }

    /** Text from the words of a header in any order: far more often nearly right than random characters. */
    @Provide
    Arbitrary<String> headers() {
        return Arbitraries.of("{", "}", "[", "]", ":", ",", "\"a\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"F32\"", "\"I64\"",
                "0", "8", "24", "-1", "1e9", "9223372036854775807", "18446744073709551616", "null", "\"__metadata__\"", " ", "\\", "\u0000",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}", "\"b\":{\"dtype\":\"I64\",\"shape\":[3],\"data_offsets\":[0,24]}")
                .list().ofMaxSize(12).map(words -> "{" + String.join("", words));
    }

    private byte[] damaged(List<Integer> places, List<Byte> bytes, int cut) throws IOException {
        Path sound = folder.resolve("sound.safetensors");
        SafeTensorsWriter.write(sound, List.of(RawTensor.of("a.weight", Shape.of(2, 3), 1, 2, 3, 4, 5, 6), RawTensor.of("b", Shape.of(2), 7, 8)),
                Map.of("format", "pt"));
        byte[] file = Files.readAllBytes(sound);
        for (int i = 0; i < places.size(); i++) {
            file[places.get(i) % file.length] = bytes.get(i);
        }
        return Arrays.copyOf(file, file.length - cut);
    }

    private void openAndReadAll(byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("hostile.safetensors"), content);
        try (SafeTensorsFile read = SafeTensorsFile.open(file)) {
            for (String name : read.names()) {
                RawTensor tensor = read.get(name);
                assertThat(tensor.bytes().byteSize()).isEqualTo(tensor.shape().bytes(tensor.dtype()));
            }
        } catch (FormatException refused) {
            assertThat(refused).hasMessageContaining(file.toString());
        }
    }

    private static boolean wellFormed(String s) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(s);
    }
}
