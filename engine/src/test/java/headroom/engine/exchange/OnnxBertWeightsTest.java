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
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On the real MiniLM file, which the build unpacks into the bundle. */
class OnnxBertWeightsTest {
    private static final Path MODEL = Path.of(System.getProperty("headroom.bundle"), "models/minilm/all-minilm-l6-v2.onnx");
    private static OnnxBertWeights weights;

    @BeforeAll
    static void open() throws IOException {
        weights = OnnxBertWeights.open(MODEL);
    }

    @AfterAll
    static void close() {
        weights.close();
    }

    @Test
    void everyNameOfTheCheckpointIsThereWithItsShape() {
        Map<String, Shape> expected = checkpointShapes();

        assertThat(weights.names()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach((name, shape) -> {
            RawTensor tensor = weights.get(name);
            assertThat(tensor.name()).isEqualTo(name);
            assertThat(tensor.dtype()).isEqualTo(DType.F32);
            assertThat(tensor.shape()).as(name).isEqualTo(shape);
        });
        assertThat(weights.layers()).isEqualTo(6);
    }

    @Test
    void theWeightsAreAsManyAsTheModelHasWithoutItsPooler() {
        long parameters = weights.names().stream().mapToLong(n -> weights.get(n).shape().elements()).sum();

        // 22,713,216 published, less the 384 · 384 + 384 of the pooler that sentence embeddings do not use
        assertThat(parameters).isEqualTo(22_713_216 - 384 * 385);
    }

    @Test
    void theMatrixNamedByItsBiasIsTheOneTheGraphMultipliesByUnderThatModulesName() throws IOException {
        Map<String, String> matrixByModule = new HashMap<>();
        try (OnnxFile file = OnnxFile.open(MODEL)) {
            for (OnnxNode node : file.nodes()) {
                // a second witness for the same fact: the exporter names each node after its module
                if (node.opType().equals("MatMul") && file.names().contains(node.inputs().get(1))) {
                    String module = node.name().substring(1, node.name().length() - "/MatMul".length()).replace('/', '.');
                    matrixByModule.put(module, node.inputs().get(1));
                }
            }
            assertThat(matrixByModule).hasSize(36);
            for (Map.Entry<String, String> e : matrixByModule.entrySet()) {
                float[] stored = file.get(e.getValue()).toFloats();
                RawTensor weight = weights.get(e.getKey() + ".weight");
                float[] asked = weight.toFloats();
                int out = (int) weight.shape().dim(0);
                int in = (int) weight.shape().dim(1);
                for (int o = 0; o < out; o += 37) {
                    for (int i = 0; i < in; i += 41) {
                        assertThat(asked[o * in + i]).isEqualTo(stored[i * out + o]);
                    }
                }
            }
        }
    }

    @Test
    void theValuesAreTheBytesThatFollowTheNameInTheFile() throws IOException {
        byte[] file = Files.readAllBytes(MODEL);

        assertThat(weights.get("embeddings.word_embeddings.weight").toFloats()).isEqualTo(floatsAfter(file, "embeddings.word_embeddings.weight", 30522 * 384));
        assertThat(weights.get("encoder.layer.5.output.LayerNorm.weight").toFloats()).isEqualTo(floatsAfter(file, "encoder.layer.5.output.LayerNorm.weight", 384));
        float[] key = floatsAfter(file, "onnx::MatMul_788", 384 * 384);
        float[] asked = weights.get("encoder.layer.0.attention.self.key.weight").toFloats();
        assertThat(asked[1]).isEqualTo(key[384]);
        assertThat(asked[384]).isEqualTo(key[1]);
        assertThat(asked[200 * 384 + 17]).isEqualTo(key[17 * 384 + 200]);
    }

    @Test
    void trainedWeightsLookTrained() {
        float[] norm = weights.get("encoder.layer.0.output.LayerNorm.weight").toFloats();
        double mean = 0;
        for (float v : norm) {
            mean += v / norm.length;
        }

        assertThat(mean).isBetween(0.5, 1.5);
        for (String name : weights.names()) {
            for (float v : weights.get(name).toFloats()) {
                if (!(Math.abs(v) < 20)) {
                    throw new AssertionError(name + " holds " + v);
                }
            }
        }
    }

    @Test
    void aNameTheModelDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> weights.get("pooler.dense.weight")).isInstanceOf(FormatException.class).hasMessageContaining("'pooler.dense.weight'");
    }

    private static Map<String, Shape> checkpointShapes() {
        Map<String, Shape> shapes = new HashMap<>();
        shapes.put("embeddings.word_embeddings.weight", Shape.of(30522, 384));
        shapes.put("embeddings.position_embeddings.weight", Shape.of(512, 384));
        shapes.put("embeddings.token_type_embeddings.weight", Shape.of(2, 384));
        shapes.put("embeddings.LayerNorm.weight", Shape.of(384));
        shapes.put("embeddings.LayerNorm.bias", Shape.of(384));
        for (int i = 0; i < 6; i++) {
            String layer = "encoder.layer." + i + ".";
            for (String square : new String[] {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"}) {
                shapes.put(layer + square + ".weight", Shape.of(384, 384));
                shapes.put(layer + square + ".bias", Shape.of(384));
            }
            shapes.put(layer + "intermediate.dense.weight", Shape.of(1536, 384));
            shapes.put(layer + "intermediate.dense.bias", Shape.of(1536));
            shapes.put(layer + "output.dense.weight", Shape.of(384, 1536));
            shapes.put(layer + "output.dense.bias", Shape.of(384));
            for (String norm : new String[] {"attention.output.LayerNorm", "output.LayerNorm"}) {
                shapes.put(layer + norm + ".weight", Shape.of(384));
                shapes.put(layer + norm + ".bias", Shape.of(384));
            }
        }
        return shapes;
    }

    /** In a TensorProto the name is followed by tag 0x4a, a length, and the raw data. */
    private static float[] floatsAfter(byte[] file, String name, int count) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < file.length - text.length; at++) {
            if (file[at] == text[0] && Arrays.equals(file, at, at + text.length, text, 0, text.length) && file[at + text.length] == 0x4a) {
                int data = at + text.length + 1;
                while (file[data] < 0) {
                    data++;
                }
                float[] values = new float[count];
                ByteBuffer.wrap(file, data + 1, 4 * count).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
                return values;
            }
        }
        throw new AssertionError("the file does not hold " + name);
    }
}
