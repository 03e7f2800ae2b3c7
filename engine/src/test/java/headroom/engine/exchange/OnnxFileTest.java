package headroom.engine.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFileTest {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int BOOL = 9;

    @TempDir
    Path folder;

    /** Writes a message's fields. */
    interface Fields {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    @Test
    void initialisersAreReadFromRawPackedAndSingleNumbers() throws IOException {
        Path file = model(graph -> {
            initializer(graph, t -> {
                header(t, "raw", FLOAT, 2, 2);
                t.writeByteArray(9, floats(1, 2, 3, 4));
            });
            initializer(graph, t -> {
                header(t, "packed", FLOAT, 3);
                t.writeByteArray(4, floats(5, 6, 7));
            });
            initializer(graph, t -> {
                header(t, "packed in two runs", FLOAT, 3);
                t.writeByteArray(4, floats(5));
                t.writeByteArray(4, floats(6, 7));
            });
            initializer(graph, t -> {
                header(t, "one by one", FLOAT, 2);
                t.writeFloat(4, 8);
                t.writeFloat(4, 9);
            });
            initializer(graph, t -> {
                header(t, "wide", INT64, 2);
                t.writeInt64(7, -1);
                t.writeInt64(7, 1L << 40);
            });
            initializer(graph, t -> {
                header(t, "mask", BOOL, 2);
                t.writeInt32(5, 1);
                t.writeInt32(5, 0);
            });
        });

        try (OnnxFile onnx = OnnxFile.open(file)) {
            assertThat(onnx.names()).containsExactly("raw", "packed", "packed in two runs", "one by one", "wide", "mask");
            assertThat(onnx.get("raw").shape()).isEqualTo(Shape.of(2, 2));
            assertThat(onnx.get("raw").toFloats()).containsExactly(1, 2, 3, 4);
            assertThat(onnx.get("packed").toFloats()).containsExactly(5, 6, 7);
            assertThat(onnx.get("packed in two runs").toFloats()).containsExactly(5, 6, 7);
            assertThat(onnx.get("one by one").toFloats()).containsExactly(8, 9);
            assertThat(onnx.get("wide").littleEndianData().getLong(0)).isEqualTo(-1);
            assertThat(onnx.get("wide").littleEndianData().getLong(8)).isEqualTo(1L << 40);
            assertThat(onnx.get("mask").dtype()).isEqualTo(DType.BOOL);
            assertThat(onnx.get("mask").toFloats()).containsExactly(1, 0);
        }
    }

    @Test
    void nodesKeepTheirOrderAndTheNamesTheyReadAndMake() throws IOException {
        Path file = model(graph -> {
            node(graph, "MatMul", "/a/MatMul", "x", "w", "y");
            node(graph, "Add", "/a/Add", "b", "y", "z");
        });

        try (OnnxFile onnx = OnnxFile.open(file)) {
            assertThat(onnx.nodes()).extracting(OnnxNode::opType).containsExactly("MatMul", "Add");
            assertThat(onnx.nodes().get(1).inputs()).containsExactly("b", "y");
            assertThat(onnx.nodes().get(1).outputs()).containsExactly("z");
        }
    }

    @Test
    void weightsInAnotherFileAreRefused() throws IOException {
        Path file = model(graph -> initializer(graph, t -> {
            header(t, "w", FLOAT, 2);
            t.writeInt32(14, 1);
        }));

        refused(file, "initialiser 'w'", "its data in another file");
    }

    @Test
    void dataOfAnotherSizeThanTheShapeIsRefused() throws IOException {
        Path file = model(graph -> initializer(graph, t -> {
            header(t, "w", FLOAT, 2, 3);
            t.writeByteArray(9, floats(1, 2));
        }));

        refused(file, "initialiser 'w'", "found 8 bytes, expected 24 bytes for F32 [2, 3]");
    }

    @Test
    void anInitialiserWithoutDataIsRefused() throws IOException {
        refused(model(graph -> initializer(graph, t -> header(t, "w", FLOAT, 2))), "initialiser 'w'", "found 0 bytes");
    }

    @Test
    void rawAndTypedDataTogetherAreRefused() throws IOException {
        Path file = model(graph -> initializer(graph, t -> {
            header(t, "w", FLOAT, 1);
            t.writeByteArray(4, floats(1));
            t.writeByteArray(9, floats(1));
        }));

        refused(file, "initialiser 'w'", "both raw_data and float_data");
    }

    @Test
    void impossibleShapesUnknownTypesAndDoubleNamesAreRefused() throws IOException {
        refused(model(graph -> initializer(graph, t -> header(t, "w", FLOAT, -1))), "initialiser 'w'", "shape [-1]");
        refused(model(graph -> initializer(graph, t -> header(t, "w", FLOAT, 1L << 40, 1L << 40))), "initialiser 'w'", "fewer than 2^63");
        refused(model(graph -> initializer(graph, t -> header(t, "w", 8, 1))), "initialiser 'w'", "data type 8");
        refused(model(graph -> initializer(graph, t -> header(t, "", FLOAT, 0))), "an initialiser", "no name");
        refused(model(graph -> {
            initializer(graph, t -> header(t, "w", FLOAT, 0));
            initializer(graph, t -> header(t, "w", FLOAT, 0));
        }), "initialiser 'w'", "two of that name");
    }

    @Test
    void aFileThatIsNoModelIsRefused() throws IOException {
        refused(Files.write(folder.resolve("empty.onnx"), new byte[0]), "model", "no graph");
        refused(Files.writeString(folder.resolve("text.onnx"), "this is a letter, not a model"), "byte ", "protobuf message");
    }

    @Test
    void aDamagedFileIsReadOrRefusedButNeverCrashesTheReader() throws IOException {
        byte[] sound = Files.readAllBytes(model(graph -> {
            node(graph, "MatMul", "/a/MatMul", "x", "w", "y");
            initializer(graph, t -> {
                header(t, "w", FLOAT, 2, 2);
                t.writeByteArray(9, floats(1, 2, 3, 4));
            });
        }));
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = sound.clone();
            for (int k = 0; k <= random.nextInt(3); k++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try (OnnxFile onnx = OnnxFile.open(Files.write(folder.resolve("damaged.onnx"), damaged))) {
                onnx.names().forEach(onnx::get);
            } catch (FormatException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 1990);
    }

    private void refused(Path file, String... parts) {
        assertThatThrownBy(() -> OnnxFile.open(file).close()).isInstanceOf(FormatException.class).hasMessageContaining(file.toString())
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    private Path model(Fields graph) throws IOException {
        byte[] bytes = message(model -> {
            model.writeInt64(1, 8);
            model.writeString(2, "a producer");
            model.writeByteArray(7, message(graph));
        });
        return Files.write(folder.resolve("model.onnx"), bytes);
    }

    private static void initializer(CodedOutputStream graph, Fields tensor) throws IOException {
        graph.writeByteArray(5, message(tensor));
    }

    private static void node(CodedOutputStream graph, String op, String name, String first, String second, String output) throws IOException {
        graph.writeByteArray(1, message(node -> {
            node.writeString(1, first);
            node.writeString(1, second);
            node.writeString(2, output);
            node.writeString(3, name);
            node.writeString(4, op);
            // an attribute: skipped
            node.writeByteArray(5, new byte[] {10, 1, 'a'});
        }));
    }

    private static void header(CodedOutputStream tensor, String name, int type, long... dims) throws IOException {
        for (long d : dims) {
            tensor.writeInt64(1, d);
        }
        tensor.writeInt32(2, type);
        tensor.writeString(8, name);
    }

    private static byte[] message(Fields fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.writeTo(out);
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
