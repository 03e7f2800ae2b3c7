package headroom.engine.compute.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Ledger;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The kernels in float32 against vectors that another program computed in float64 ({@code tests/oracles/kernels.py}). */
class KernelOraclesTest {
    private static JsonNode oracles;
    private static TorchCompute torch;

    @BeforeAll
    static void open() throws IOException {
        try (InputStream in = KernelOraclesTest.class.getResourceAsStream("oracles.json")) {
            oracles = new ObjectMapper().readTree(in);
        }
        torch = TorchCompute.cpu(new Ledger());
    }

    @AfterAll
    static void close() {
        torch.close();
    }

    @Test
    void attention() {
        for (JsonNode o : oracles.get("attention")) {
            try (Samples s = new Samples(torch, DType.F32, 0)) {
                long heads = o.get("heads").asLong();
                boolean causal = o.get("causal").asBoolean();
                Tensor q = matrix(s, o, "q");
                Tensor k = matrix(s, o, "k");
                Tensor v = matrix(s, o, "v");
                Tensor dy = matrix(s, o, "dy");
                Tensor lengths = integers(s, o, "lengths");
                Tensor[] y = s.keep(torch.run(AttentionKernels.ATTENTION, q, k, v, lengths, heads, heads, causal));
                Tensor[] d = s.keep(torch.run(AttentionKernels.ATTENTION_DX, dy, q, k, v, y[0], y[1], lengths, heads, heads, causal));
                Tensor[] plain = s.keep(torch.run(AttentionKernels.ATTENTION_PLAIN, q, k, v, lengths, heads, causal));
                Tensor[] pd = s.keep(torch.run(AttentionKernels.ATTENTION_PLAIN_DX, dy, q, k, v, plain[1]));
                for (Tensor out : new Tensor[] {y[0], plain[0]}) {
                    matches(out, o, "y");
                }
                for (Tensor[] g : new Tensor[][] {d, pd}) {
                    matches(g[0], o, "dq");
                    matches(g[1], o, "dk");
                    matches(g[2], o, "dv");
                }
            }
        }
    }

    @Test
    void layerNorm() {
        JsonNode o = oracles.get("layerNorm");
        try (Samples s = new Samples(torch, DType.F32, 0)) {
            Tensor x = matrix(s, o, "x");
            Tensor dy = matrix(s, o, "dy");
            Tensor w = vector(s, o, "w");
            Tensor[] y = s.keep(torch.run(NormKernels.LAYER_NORM, x, w, vector(s, o, "b"), 1e-12));
            matches(y[0], o, "y");
            matches(s.keep(torch.call(NormKernels.LAYER_NORM_DX, dy, x, w, y[1], y[2]))[0], o, "dx");
            Tensor[] d = s.keep(torch.run(NormKernels.LAYER_NORM_DW, dy, x, y[1], y[2]));
            matches(d[0], o, "dw");
            matches(d[1], o, "db");
        }
    }

    @Test
    void gelu() {
        try (Samples s = new Samples(torch, DType.F32, 0)) {
            JsonNode o = oracles.get("gelu");
            Tensor x = vector(s, o, "x");
            matches(s.keep(torch.call(ElementwiseKernels.GELU, x))[0], o, "y");
            matches(s.keep(torch.call(ElementwiseKernels.GELU_DX, vector(s, o, "dy"), x))[0], o, "dx");
            o = oracles.get("geluTanh");
            x = vector(s, o, "x");
            matches(s.keep(torch.call(ElementwiseKernels.GELU_TANH, x))[0], o, "y");
            matches(s.keep(torch.call(ElementwiseKernels.GELU_TANH_DX, vector(s, o, "dy"), x))[0], o, "dx");
        }
    }

    @Test
    void crossEntropyIsTheMeanOverTheRowsThatCount() {
        JsonNode o = oracles.get("crossEntropy");
        try (Samples s = new Samples(torch, DType.F32, 0)) {
            Tensor x = matrix(s, o, "x");
            Tensor targets = integers(s, o, "targets");
            matches(s.keep(torch.call(LossKernels.CROSS_ENTROPY, x, targets))[0], o, "loss");
            Tensor c = s.tensor(DType.F32, i -> 1.0 / o.get("counted").asInt(), 7);
            matches(s.keep(torch.call(LossKernels.CROSS_ENTROPY_DX, x, targets, c))[0], o, "dx");
            torch.apply(LossKernels.CROSS_ENTROPY_DX_INTO, x, targets, c);
            matches(x, o, "dx");
        }
    }

    @Test
    void adamwOverFourSteps() {
        JsonNode o = oracles.get("adamw");
        double beta1 = o.get("beta1").asDouble();
        double beta2 = o.get("beta2").asDouble();
        try (Samples s = new Samples(torch, DType.F32, 0)) {
            Tensor w = vector(s, o, "start");
            Tensor half = s.tensor(DType.BF16, i -> 0, 30);
            Tensor master = vector(s, o, "start");
            Tensor own = vector(s, o, "start");
            Tensor[] state = new Tensor[6];
            for (int i = 0; i < state.length; i++) {
                state[i] = s.tensor(DType.F32, k -> 0, 30);
            }
            for (int t = 1; t <= 4; t++) {
                JsonNode g = o.get("gradients").get(t - 1);
                Object[] rest = {o.get("rate").asDouble(), beta1, beta2, o.get("eps").asDouble(), o.get("decay").asDouble(), 1 - Math.pow(beta1, t), 1 - Math.pow(beta2, t)};
                Tensor gradient = s.tensor(DType.F32, i -> g.get(i).asDouble(), 30);
                Tensor narrow = s.tensor(DType.F64, i -> g.get(i).asDouble(), 30);
                torch.apply(OptimizerKernels.ADAMW, concat(new Object[] {w, gradient, state[0], state[1]}, rest));
                // a gradient of another type takes the tiled way
                torch.apply(OptimizerKernels.ADAMW, concat(new Object[] {master, narrow, state[2], state[3]}, rest));
                torch.apply(OptimizerKernels.ADAMW_ROUNDED, concat(new Object[] {half, own, narrow, state[4], state[5]}, rest));
                compare(own, o.get("weights").get(t - 1), 2e-6);
                compare(w, o.get("weights").get(t - 1), 2e-6);
                compare(master, o.get("weights").get(t - 1), 2e-6);
                compare(half, o.get("weights").get(t - 1), 0.01);
            }
            compare(state[0], o.get("m"), 1e-6);
            compare(state[1], o.get("v"), 1e-6);
            compare(state[2], o.get("m"), 1e-6);
            compare(state[3], o.get("v"), 1e-6);
        }
    }

    @Test
    void nf4CodesAndBack() {
        JsonNode o = oracles.get("nf4");
        try (Samples s = new Samples(torch, DType.F32, 0)) {
            Tensor[] q = s.keep(torch.run(QuantisationKernels.CODE_QUANTISE, vector(s, o, "w"), s.floats(CodeBooks.nf4()), 4L, 64L));
            compare(q[0], o.get("bytes"), 0);
            compare(q[1], o.get("scales"), 0);
            Tensor back = s.keep(torch.call(QuantisationKernels.CODE_ROWS, q[0], new Tensor[] {q[1]}, new Tensor[0], s.units(CodeBooks.nf4()), 64L, 0L, 3L, 64L,
                    (long) DType.F32.torchCode()))[0];
            compare(back, o.get("back"), 1e-6);
        }
    }

    @Test
    void rotaryPositions() {
        JsonNode o = oracles.get("rope");
        try (Samples s = new Samples(torch, DType.F32, 0)) {
            Tensor[] table = s.keep(torch.run(AttentionKernels.ROPE_TABLE, o.get("first").asLong(), o.get("length").asLong(), o.get("width").asLong(), o.get("theta").asDouble()));
            matches(s.keep(torch.call(AttentionKernels.ROPE, matrix(s, o, "x"), table[0], table[1], o.get("heads").asLong()))[0], o, "y");
        }
    }

    private static Object[] concat(Object[] a, Object[] b) {
        Object[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    private static Tensor matrix(Samples s, JsonNode o, String field) {
        JsonNode shape = o.get("shape");
        return s.tensor(DType.F32, i -> o.get(field).get(i).asDouble(), shape.get(0).asLong(), shape.get(1).asLong());
    }

    private static Tensor vector(Samples s, JsonNode o, String field) {
        return s.tensor(DType.F32, i -> o.get(field).get(i).asDouble(), o.get(field).size());
    }

    private static Tensor integers(Samples s, JsonNode o, String field) {
        return s.tensor(DType.I64, i -> o.get(field).get(i).asLong(), o.get(field).size());
    }

    private static void matches(Tensor t, JsonNode o, String field) {
        compare(t, o.get(field), 1e-5);
    }

    private static void compare(Tensor t, JsonNode expected, double tolerance) {
        double[] found = Samples.read(torch, t);
        assertThat(found).hasSize(expected.size());
        for (int i = 0; i < found.length; i++) {
            double e = expected.get(i).asDouble();
            assertThat(found[i]).as("element %d", i).isCloseTo(e, within(tolerance * (1 + Math.abs(e))));
        }
    }
}
