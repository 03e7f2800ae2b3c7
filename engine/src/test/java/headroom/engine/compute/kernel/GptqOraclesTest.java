package headroom.engine.compute.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sweep over columns against one that another program wrote down without a Cholesky factor, in float64 ({@code tests/oracles/gptq.py}). */
class GptqOraclesTest {
    private static JsonNode oracles;
    private static TorchCompute torch;

    @BeforeAll
    static void open() throws IOException {
        torch = TorchCompute.cpu(new Ledger());
        try (InputStream in = GptqOraclesTest.class.getResourceAsStream("gptq.json")) {
            oracles = new ObjectMapper().readTree(in);
        }
    }

    @AfterAll
    static void close() {
        torch.close();
    }

    static Stream<JsonNode> cases() throws IOException {
        try (InputStream in = GptqOraclesTest.class.getResourceAsStream("gptq.json")) {
            return StreamSupport.stream(new ObjectMapper().readTree(in).get("cases").spliterator(), false);
        }
    }

    /** Σ xᵀx in two parts, the second with rows that do not count. */
    private static Tensor gram(Samples s) {
        int in = oracles.get("columns").asInt();
        Tensor h = torch.zeros(Category.WORKSPACE, "h", DType.F32, Shape.of(in, in));
        s.keep(h);
        Tensor first = s.tensor(DType.F32, i -> oracles.get("x").get(i).asDouble(), 50, in);
        Tensor second = s.tensor(DType.F32, i -> i < 30 * in ? oracles.get("x").get(50 * in + i).asDouble() : 9, 40, in);
        torch.apply(GptqKernels.GRAM_ACC, h, first, s.tensor(DType.F32, i -> 1, 50));
        torch.apply(GptqKernels.GRAM_ACC, h, second, s.tensor(DType.F32, i -> i < 30 ? 1 : 0, 40));
        return h;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSweepChoosesTheCodesOfTheReference(JsonNode o) {
        int rows = oracles.get("rows").asInt();
        int in = oracles.get("columns").asInt();
        int bits = o.get("bits").asInt();
        long group = o.get("group").asLong();
        boolean symmetric = o.get("symmetric").asBoolean();
        try (Samples s = new Samples(torch, DType.F32, 1)) {
            Tensor w = s.tensor(DType.F32, i -> oracles.get("w").get(i).asDouble(), rows, in);
            Tensor u = s.keep(torch.call(GptqKernels.GPTQ_FACTOR, gram(s), oracles.get("damp").asDouble()))[0];
            Tensor[] q = s.keep(torch.run(GptqKernels.GPTQ_QUANTISE, w, u, (long) bits, group, symmetric, (long) DType.F32.torchCode()));
            double[] back = Samples.read(torch, s.keep(torch.call(QuantisationKernels.CODE_ROWS, q[0], new Tensor[] {q[1]}, symmetric ? new Tensor[0] : new Tensor[] {q[2]},
                    s.units(CodeBooks.integers(bits, symmetric)), group, 0L, (long) rows, (long) in, (long) DType.F32.torchCode()))[0]);
            for (int i = 0; i < back.length; i++) {
                assertThat(back[i]).as("weight %d", i).isCloseTo(o.get("back").get(i).asDouble(), within(2e-4));
            }
        }
        assertThat(o.get("error").asDouble()).isLessThan(o.get("rounded").asDouble());
    }

    @Test
    void theFactorIsThatOfTheDampedInverse() {
        int in = oracles.get("columns").asInt();
        try (Samples s = new Samples(torch, DType.F32, 1)) {
            Tensor h = gram(s);
            double[] gram = Samples.read(torch, h);
            double[] u = Samples.read(torch, s.keep(torch.call(GptqKernels.GPTQ_FACTOR, h, 0.01))[0]);
            double mean = 0;
            for (int i = 0; i < in; i++) {
                mean += 2 * gram[i * in + i] / in;
            }
            // (2h + damp) · UᵀU is the unit matrix
            for (int i = 0; i < in; i++) {
                for (int j = 0; j < in; j++) {
                    double sum = 0;
                    for (int k = 0; k < in; k++) {
                        double a = 2 * gram[i * in + k] + (i == k ? 0.01 * mean : 0);
                        double inverse = 0;
                        for (int l = 0; l <= Math.min(k, j); l++) {
                            inverse += u[l * in + k] * u[l * in + j];
                        }
                        sum += a * inverse;
                    }
                    assertThat(sum).isCloseTo(i == j ? 1 : 0, within(2e-4));
                }
                for (int j = 0; j < i; j++) {
                    assertThat(u[i * in + j]).isZero();
                }
            }
        }
    }
}
