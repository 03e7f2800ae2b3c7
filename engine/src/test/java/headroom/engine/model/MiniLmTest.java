package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.data.HuggingFaceTokenizers;
import headroom.engine.data.Tokenizer;
import headroom.engine.exchange.OnnxBertWeights;
import headroom.engine.exchange.TensorFile;
import headroom.engine.memory.Ledger;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Pooling;
import headroom.engine.tape.stack.StackDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The bundled MiniLM, held to the same file run by another program. */
class MiniLmTest {
    private static final Path FOLDER = Path.of(System.getProperty("headroom.bundle"), "models", "minilm");
    private static final Path ONNX = FOLDER.resolve("all-minilm-l6-v2.onnx");
    private static final List<String> SENTENCES = List.of(
            "A man is playing a guitar on stage.",
            "Someone plays the guitar in front of an audience.",
            "The central bank raised interest rates by a quarter of a point.",
            "Interest rates were increased by the central bank, which had warned for months that prices were rising faster than it could accept.",
            "Hi!");

    /** Token ids padded on the right to one length. */
    private static int[][] encoded() {
        try (Tokenizer tokenizer = HuggingFaceTokenizers.open(FOLDER)) {
            int[][] ids = SENTENCES.stream().map(s -> tokenizer.encode(s).ids()).toArray(int[][]::new);
            return ids;
        }
    }

    private static float[][] ours(int[][] ids, int length) throws IOException {
        ModelConfig config = HuggingFaceConfig.read(FOLDER);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger)) {
            float[][] out = new float[ids.length][];
            int[] flat = new int[ids.length * length];
            for (int i = 0; i < ids.length; i++) {
                System.arraycopy(ids[i], 0, flat, i * length, ids[i].length);
            }
            try (TensorFile file = OnnxBertWeights.open(ONNX);
                    Model m = Transformers.build(config, new FileWeights(c, DType.F32, Storage.DENSE, config, file), 0);
                    Tensor tokens = TinyModels.integers(c, flat);
                    Tensor lengths = TinyModels.integers(c, Arrays.stream(ids).mapToInt(a -> a.length).toArray())) {
                Pass pass = Pass.untaped(c);
                Value hidden = m.hidden(pass, StackDriver.PLAIN, new Model.Inputs(tokens, null, lengths, ids.length, length));
                try (Tensor pooled = pass.apply(new Pooling.Mean(lengths, length), hidden.last()).take()) {
                    float[] all = c.floats(pooled);
                    for (int i = 0; i < ids.length; i++) {
                        out[i] = Arrays.copyOfRange(all, i * config.hidden(), (i + 1) * config.hidden());
                    }
                }
            }
            assertThat(ledger.openAccounts()).isZero();
            return out;
        }
    }

    private static float[][] theirs(int[][] ids, int length) throws OrtException {
        int n = ids.length;
        long[][] tokens = new long[n][length];
        long[][] mask = new long[n][length];
        for (int i = 0; i < n; i++) {
            for (int t = 0; t < ids[i].length; t++) {
                tokens[i][t] = ids[i][t];
                mask[i][t] = 1;
            }
        }
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        try (OrtSession session = env.createSession(ONNX.toString());
                OnnxTensor a = OnnxTensor.createTensor(env, tokens);
                OnnxTensor b = OnnxTensor.createTensor(env, mask);
                OnnxTensor c = OnnxTensor.createTensor(env, new long[n][length]);
                OrtSession.Result result = session.run(Map.of("input_ids", a, "attention_mask", b, "token_type_ids", c))) {
            float[][][] hidden = (float[][][]) result.get(0).getValue();
            float[][] pooled = new float[n][hidden[0][0].length];
            for (int i = 0; i < n; i++) {
                for (int t = 0; t < ids[i].length; t++) {
                    for (int d = 0; d < pooled[i].length; d++) {
                        pooled[i][d] += hidden[i][t][d] / ids[i].length;
                    }
                }
            }
            return pooled;
        }
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    @Test
    void embeddingsAgreeWithTheFileRunElsewhere() throws IOException, OrtException {
        int[][] ids = encoded();
        int length = Arrays.stream(ids).mapToInt(a -> a.length).max().orElseThrow();
        float[][] ours = ours(ids, length);
        float[][] theirs = theirs(ids, length);
        double worst = 0;
        for (int i = 0; i < ids.length; i++) {
            for (int d = 0; d < ours[i].length; d++) {
                worst = Math.max(worst, Math.abs(ours[i][d] - theirs[i][d]));
            }
        }
        assertThat(worst).isLessThan(1e-4).isPositive();
        // alone, without padding, a sentence has the same embedding
        assertThat(cosine(ours(new int[][] {ids[4]}, ids[4].length)[0], ours[4])).isCloseTo(1, within(1e-6));

        assertThat(cosine(ours[0], ours[1])).isGreaterThan(0.6);
        assertThat(cosine(ours[2], ours[3])).isGreaterThan(0.6);
        assertThat(cosine(ours[0], ours[2])).isLessThan(0.2);
        assertThat(cosine(ours[1], ours[3])).isLessThan(0.2);
        if (Boolean.getBoolean("headroom.figures")) {
            System.out.printf("largest difference %.2e; paraphrases %.3f %.3f, others %.3f %.3f%n", worst, cosine(ours[0], ours[1]), cosine(ours[2], ours[3]), cosine(ours[0], ours[2]), cosine(ours[1], ours[3]));
        }
    }
}
