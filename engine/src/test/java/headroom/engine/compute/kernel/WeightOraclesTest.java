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
import java.io.UncheckedIOException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Code books, quantisers and packing against vectors that another program computed in float64 ({@code tests/oracles/weights.py}): codes to the bit. */
class WeightOraclesTest {
    private static JsonNode oracles;
    private static TorchCompute torch;

    @BeforeAll
    static void open() {
        torch = TorchCompute.cpu(new Ledger());
    }

    @AfterAll
    static void close() {
        torch.close();
    }

    private static JsonNode oracles() {
        if (oracles == null) {
            try (InputStream in = WeightOraclesTest.class.getResourceAsStream("weights.json")) {
                oracles = new ObjectMapper().readTree(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return oracles;
    }

    static Stream<JsonNode> books() {
        return StreamSupport.stream(oracles().get("books").spliterator(), false);
    }

    static Stream<JsonNode> integers() {
        return StreamSupport.stream(oracles().get("integers").spliterator(), false);
    }

    @Test
    void theTableOfNf4IsTheRuleForFourBits() {
        compare(CodeBooks.normalFloat(4), oracles().get("nf4"), 2e-7);
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("books")
    void codesOfABook(JsonNode o) {
        float[] levels = o.get("name").asText().equals("fp4") ? CodeBooks.fp4() : CodeBooks.normalFloat(o.get("bits").asInt());
        compare(levels, o.get("levels"), 1e-7);
        try (Samples s = new Samples(torch, DType.F32, 0)) {
            long block = o.get("block").asLong();
            Tensor[] q = s.keep(torch.run(QuantisationKernels.CODE_QUANTISE, weights(s), s.floats(levels), o.get("bits").asLong(), block));
            compare(Samples.read(torch, q[0]), o.get("bytes"), 0);
            compare(Samples.read(torch, q[1]), o.get("scales"), 2e-8);
            compare(Samples.read(torch, rows(s, q[0], q[1], new Tensor[0], levels, block)), o.get("back"), 1e-6);
        }
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("integers")
    void integersWithScales(JsonNode o) {
        boolean symmetric = o.get("symmetric").asBoolean();
        DType scales = o.get("half").asBoolean() ? DType.F16 : DType.F32;
        try (Samples s = new Samples(torch, DType.F32, 0)) {
            int bits = o.get("bits").asInt();
            long group = o.get("group").asLong();
            Tensor[] q = s.keep(torch.run(QuantisationKernels.INTEGER_QUANTISE, weights(s), (long) bits, group, symmetric, (long) scales.torchCode()));
            compare(Samples.read(torch, q[0]), o.get("bytes"), 0);
            compare(Samples.read(torch, q[1]), o.get("scales"), 3e-7);
            if (!symmetric) {
                compare(Samples.read(torch, q[2]), o.get("zeros"), 0);
            }
            Tensor[] zeros = symmetric ? new Tensor[0] : new Tensor[] {q[2]};
            compare(Samples.read(torch, rows(s, q[0], q[1], zeros, CodeBooks.integers(bits, symmetric), group)), o.get("back"), 1e-5);
        }
    }

    private static Tensor rows(Samples s, Tensor codes, Tensor scales, Tensor[] zeros, float[] levels, long block) {
        return s.keep(torch.call(QuantisationKernels.CODE_ROWS, codes, new Tensor[] {scales}, zeros, s.units(levels), block, 0L, 6L, 64L, (long) DType.F32.torchCode()))[0];
    }

    private static Tensor weights(Samples s) {
        return s.tensor(DType.F32, i -> oracles().get("w").get(i).asDouble(), 6, 64);
    }

    private static void compare(float[] found, JsonNode expected, double bound) {
        double[] wide = new double[found.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = found[i];
        }
        compare(wide, expected, bound);
    }

    private static void compare(double[] found, JsonNode expected, double bound) {
        assertThat(found).hasSize(expected.size());
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("element %d", i).isCloseTo(expected.get(i).asDouble(), within(bound));
        }
    }
}
