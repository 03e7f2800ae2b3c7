package headroom.engine.recipe.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.kernel.CodeBooks;
import headroom.engine.compute.kernel.DynamicTables;
import headroom.engine.compute.kernel.QuantisationKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.OptimizerChoice.AdamW;
import headroom.engine.recipe.OptimizerChoice.Dynamic8State;
import headroom.engine.tape.Parameter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State in 8-bit codes: the codes themselves, what they lose, what they take, and that training does not notice. */
class Dynamic8StateTest {
    /** A rule whose moments after one step are the gradient and its square, since nothing of the past stays. */
    private static final AdamW FORGETFUL = new AdamW(0, 0, 1e-8, false, 0);

    private static Steps steps(OptimizerChoice.Rule rule, int block, int from) {
        return new Steps(Steps.constant(1e-3, rule).with(new Dynamic8State(block, from)));
    }

    private static int[] codes(Steps.Saved s, String name) {
        byte[] b = s.bytes().get(name + ".codes");
        int[] out = new int[b.length];
        for (int i = 0; i < b.length; i++) {
            out[i] = b[i] & 0xff;
        }
        return out;
    }

    private static float[] scales(Steps.Saved s, String name) {
        ByteBuffer b = ByteBuffer.wrap(s.bytes().get(name + ".scales")).order(ByteOrder.LITTLE_ENDIAN);
        float[] out = new float[b.remaining() / 4];
        for (int i = 0; i < out.length; i++) {
            out[i] = b.getFloat(4 * i);
        }
        return out;
    }

    private static double[] decoded(Steps.Saved s, String name, boolean signed, int block) {
        float[] levels = signed ? CodeBooks.dynamicSigned() : CodeBooks.dynamicUnsigned();
        int[] codes = codes(s, name);
        float[] scales = scales(s, name);
        double[] out = new double[codes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (double) levels[codes[i]] * scales[i / block];
        }
        return out;
    }

    @Test
    void codesAreThoseOfASearchForTheNearestLevel() throws IOException {
        JsonNode oracle;
        try (InputStream in = getClass().getResourceAsStream("oracles.json")) {
            oracle = new ObjectMapper().readTree(in).get("dynamic8");
        }
        for (boolean signed : new boolean[] {true, false}) {
            JsonNode o = oracle.get(signed ? "signed" : "unsigned");
            try (Steps s = steps(FORGETFUL, 256, 0)) {
                s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 0, 3, 100);
                s.step("w", i -> o.get("gradient").get(i).asDouble());
                String name = signed ? "optimizer.w.m" : "optimizer.w.v";
                int[] found = codes(s.saved(), name);
                float[] levels = signed ? CodeBooks.dynamicSigned() : CodeBooks.dynamicUnsigned();
                int ties = 0;
                for (int i = 0; i < 300; i++) {
                    int expected = o.get("codes").get(i).asInt();
                    if (found[i] != expected) {
                        // half-way between two levels, as far as float32 tells
                        double x = o.get("x").get(i).asDouble() / o.get("scales").get(i / 256).asDouble();
                        assertThat(Math.abs(levels[found[i]] - x)).as("code %d of %s", i, x).isCloseTo(Math.abs(levels[expected] - x), within(6e-8));
                        ties++;
                    }
                }
                assertThat(ties).isLessThan(5);
                float[] scales = scales(s.saved(), name);
                assertThat(scales).hasSize(2);
                assertThat((double) scales[0]).isEqualTo(o.get("scales").get(0).asDouble());
                assertThat((double) scales[1]).isEqualTo(o.get("scales").get(1).asDouble());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 2048})
    void normalMomentsLoseOnePercentAndTheirSquaresLess(int block) {
        Random random = new Random(3);
        double[] g = random.doubles(131_072).map(d -> 0).toArray();
        for (int i = 0; i < g.length; i++) {
            g[i] = (float) random.nextGaussian();
        }
        try (Steps s = steps(FORGETFUL, block, 4096)) {
            s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 0, 256, 512);
            s.step("w", i -> g[i]);
            assertThat(error(decoded(s.saved(), "optimizer.w.m", true, block), i -> g[i])).isCloseTo(block == 256 ? 0.011 : 0.0128, within(0.002));
            assertThat(error(decoded(s.saved(), "optimizer.w.v", false, block), i -> g[i] * g[i])).isCloseTo(block == 256 ? 0.0064 : 0.0075, within(0.001));
        }
    }

    /** Relative, by the Frobenius norm. */
    private static double error(double[] found, IntToDoubleFunction exact) {
        double off = 0;
        double all = 0;
        for (int i = 0; i < found.length; i++) {
            off += Math.pow(found[i] - exact.applyAsDouble(i), 2);
            all += Math.pow(exact.applyAsDouble(i), 2);
        }
        return Math.sqrt(off / all);
    }

    @Test
    void aBlockOfZerosStaysZeroAndMovesNothing() {
        try (Steps s = steps(AdamW.standard(0), 256, 0)) {
            s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 1, 2, 256);
            for (int t = 0; t < 3; t++) {
                s.step("w", i -> i < 256 ? 0 : 0.5);
            }
            double[] m = decoded(s.saved(), "optimizer.w.m", true, 256);
            double[] v = decoded(s.saved(), "optimizer.w.v", false, 256);
            for (int i = 0; i < 256; i++) {
                assertThat(m[i]).isZero();
                assertThat(v[i]).isZero();
                assertThat(s.weight("w")[i]).isEqualTo(1f);
                assertThat(s.weight("w")[256 + i]).isLessThan(1f);
            }
        }
    }

    @Test
    void theSmallestLevelsAreReached() {
        try (Steps s = steps(FORGETFUL, 256, 0)) {
            s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 0, 4);
            s.step("w", i -> new double[] {1, 5.5e-7, -5.5e-7, 2e-7}[i]);
            double[] m = decoded(s.saved(), "optimizer.w.m", true, 256);
            assertThat(m[0]).isEqualTo(1);
            assertThat(m[1]).isCloseTo(5.5e-7, within(1e-12));
            assertThat(m[2]).isCloseTo(-5.5e-7, within(1e-12));
            assertThat(m[3]).as("nearer to zero than to the smallest level").isZero();
        }
    }

    @Test
    void stateTakesTwoBytesAnElementAndEightABlock() {
        try (Steps s = steps(AdamW.standard(0), 256, 4096)) {
            s.add("matrix", Parameter.Role.MATRIX, DType.F32, i -> 1, 100, 100);
            s.add("small", Parameter.Role.MATRIX, DType.F32, i -> 1, 63, 65);
            s.add("table", Parameter.Role.EMBEDDING, DType.F32, i -> 1, 100, 100);
            s.step(Map.of("matrix", i -> 1, "small", i -> 1, "table", i -> 1));
            long tables = 0;
            for (DynamicTables t : DynamicTables.both()) {
                tables += 4L * t.levels().length + 4L * t.middles().length + t.first().length;
            }
            long blocks = QuantisationKernels.blocks(10_000, 256);
            assertThat(s.ledger.total(Category.OPTIMIZER)).isEqualTo(2 * 10_000 + 8 * blocks + 8 * 63 * 65 + 8 * 10_000 + tables);
            assertThat(s.saved().names()).contains("optimizer.matrix.m.codes", "optimizer.small.m", "optimizer.table.v");
        }
    }

    @Test
    void everyNumberHasItsNearestLevel() {
        for (DynamicTables t : DynamicTables.both()) {
            boolean signed = t.levels()[0] < 0;
            for (int n = 0; n < 200_000; n++) {
                double u = Keys.uniform(9, n);
                float x = (float) (Math.pow(10, -8 * Keys.uniform(8, n)) * (signed && u < 0.5 ? -1 : 1));
                int code = t.first()[Float.floatToRawIntBits(x) >>> 16] & 0xff;
                code += x > t.middles()[code] ? 1 : 0;
                float found = Math.abs(t.levels()[code] - x);
                assertThat(code == 0 || found <= Math.abs(t.levels()[code - 1] - x) + 6e-8).as("%s below", x).isTrue();
                assertThat(code == 255 || found <= Math.abs(t.levels()[code + 1] - x) + 6e-8).as("%s above", x).isTrue();
            }
        }
    }

    /**
     * Descends a bowl whose curvatures span two decades, with noise. The second moments of one block then span four decades, more than in a real tensor; the codes of the small
     * ones are coarse, and still both come down to a few hundredths of where they started.
     */
    @Test
    void theDescentIsAboutThatOfFloat32() {
        double[] losses = new double[2];
        for (int k = 0; k < 2; k++) {
            OptimizerChoice c = Steps.constant(1e-2, AdamW.standard(0));
            try (Steps s = new Steps(k == 0 ? c : c.with(new Dynamic8State(256, 0)))) {
                s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 1, 64, 64);
                for (int t = 0; t < 200; t++) {
                    float[] w = s.weight("w");
                    long step = t;
                    s.step("w", i -> Math.pow(10, -2.0 * (i % 7) / 6) * w[i] + 0.1 * (Keys.uniform(step, i) - 0.5));
                }
                for (float w : s.weight("w")) {
                    losses[k] += w * w / 4096;
                }
            }
        }
        assertThat(losses[0]).as("from 1").isLessThan(0.06);
        assertThat(losses[1]).isCloseTo(losses[0], within(0.03));
    }

    @Test
    void aGradientThatIsNotANumberBreaksNothingButItsWeights() {
        try (Steps s = steps(AdamW.standard(0), 256, 0)) {
            s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 1, 600);
            s.step("w", i -> i == 3 ? Double.NaN : 1);
            assertThat(s.weight("w")[3]).isNaN();
            assertThat(s.weight("w")[300]).isLessThan(1f);
        }
    }
}
