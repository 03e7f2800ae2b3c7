package headroom.engine.recipe.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.OptimizerChoice.AdamW;
import headroom.engine.recipe.OptimizerChoice.Adafactor;
import headroom.engine.recipe.OptimizerChoice.ApolloScaling;
import headroom.engine.recipe.OptimizerChoice.Lion;
import headroom.engine.recipe.OptimizerChoice.LowRank;
import headroom.engine.recipe.OptimizerChoice.Sgd;
import headroom.engine.tape.Parameter;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every rule over several steps against vectors of another program in float64 ({@code tests/oracles/optimizers.py}), and the golden numbers of the specifications. */
class OptimizerOraclesTest {
    private static final JsonNode ORACLES = read();

    private static JsonNode read() {
        try (InputStream in = OptimizerOraclesTest.class.getResourceAsStream("oracles.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static OptimizerChoice choice(String name, JsonNode o) {
        double decay = o.path("decay").asDouble();
        OptimizerChoice.Rule rule = switch (name) {
            case "adamw" -> new AdamW(o.get("beta1").asDouble(), o.get("beta2").asDouble(), o.get("eps").asDouble(), false, decay);
            case "sgd" -> new Sgd(o.get("momentum").asDouble(), o.get("nesterov").asBoolean(), decay);
            case "lion" -> new Lion(o.get("beta1").asDouble(), o.get("beta2").asDouble(), decay);
            case "adafactor" -> new Adafactor(o.get("beta1").asDouble(), 0.8, 1, o.get("relative").asBoolean(), o.get("scaled").asBoolean(), decay);
            default -> new AdamW(o.get("beta1").asDouble(), o.get("beta2").asDouble(), o.get("eps").asDouble(), true, 0);
        };
        OptimizerChoice c = Steps.constant(o.get("rate").asDouble(), rule);
        return name.equals("galore") ? c.with(new LowRank(o.get("rank").asInt(), o.get("refresh").asInt(), o.get("scale").asDouble())) : c;
    }

    @TestFactory
    Stream<DynamicTest> everyRuleStepsAsItsReference() {
        return Stream.of("adamw", "sgd", "lion", "adafactor", "galore").flatMap(name -> {
            Stream.Builder<DynamicTest> cases = Stream.builder();
            ORACLES.get(name).forEach(o -> {
                // float64 weights take the general way through the kernels, float32 the fast one
                for (DType type : new DType[] {DType.F32, DType.F64}) {
                    cases.add(DynamicTest.dynamicTest(name + " " + o.get("shape") + " " + knobs(o) + " " + type, () -> follows(name, o, type)));
                }
            });
            return cases.build();
        });
    }

    private static String knobs(JsonNode o) {
        StringBuilder s = new StringBuilder();
        o.fields().forEachRemaining(f -> {
            if (f.getValue().isValueNode()) {
                s.append(f.getKey()).append('=').append(f.getValue()).append(' ');
            }
        });
        return s.toString().strip();
    }

    private static long[] dims(JsonNode o) {
        long[] dims = new long[o.get("shape").size()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = o.get("shape").get(i).asLong();
        }
        return dims;
    }

    private static void follows(String name, JsonNode o, DType type) {
        try (Steps s = new Steps(choice(name, o))) {
            s.add("w", Parameter.Role.MATRIX, type, i -> o.get("start").get(i).asDouble(), dims(o));
            for (int t = 0; t < o.get("gradients").size(); t++) {
                JsonNode g = o.get("gradients").get(t);
                s.step("w", i -> g.get(i).asDouble());
                close(s.weight("w"), o.get("weights").get(t), 2e-5);
            }
        }
    }

    private static void close(float[] found, JsonNode expected, double tolerance) {
        assertThat(found).hasSize(expected.size());
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as("element %d", i).isCloseTo(expected.get(i).asDouble(), within(tolerance));
        }
    }

    /** APOLLO whose projection is the identity: Adam sees all of the gradient, on its larger side's channels. */
    @Test
    void apolloUnderTheIdentityIsFullRankChannelScaling() {
        for (JsonNode o : ORACLES.get("channelScaling")) {
            AdamW adam = new AdamW(o.get("beta1").asDouble(), o.get("beta2").asDouble(), o.get("eps").asDouble(), true, 0);
            ApolloRule rule = new ApolloRule(new ApolloScaling(adam, o.get("whole").asBoolean(), o.get("growth").asDouble()), new AdamWRule(adam), new Identity(o.get("alpha").asDouble()));
            try (Steps s = new Steps(Steps.constant(0, adam)); Codec codec = new Codec(s.compute, new OptimizerChoice.Float32State())) {
                Parameter p = s.add("w", Parameter.Role.MATRIX, DType.F32, i -> o.get("start").get(i).asDouble(), dims(o));
                try (ParameterState state = new ParameterState(s.compute, p, codec, 0)) {
                    for (int t = 0; t < o.get("gradients").size(); t++) {
                        JsonNode g = o.get("gradients").get(t);
                        state.tick(t);
                        try (Tensor gradient = s.tensor(Category.GRADIENTS, "w", DType.F32, i -> g.get(i).asDouble(), dims(o))) {
                            rule.step(new UpdateRule.Update(s.compute, codec, p, state, p.data(), gradient, o.get("rate").asDouble(), 0));
                        }
                        close(s.weight("w"), o.get("weights").get(t), 2e-5);
                    }
                }
            }
        }
    }

    private record Identity(double scale) implements Basis.Source {
        @Override
        public boolean appliesTo(Parameter p) {
            return true;
        }

        @Override
        public Basis at(UpdateRule.Update u, UpdateRule rule) {
            boolean left = u.gradient().dim(0) < u.gradient().dim(1);
            long n = u.gradient().dim(left ? 0 : 1);
            Tensor eye = u.compute().zeros(Category.WORKSPACE, "identity", DType.F32, Shape.of(n, n));
            for (long i = 0; i < n; i++) {
                try (Tensor flat = eye.view(n * n); Tensor one = flat.rows(i * n + i, i * n + i + 1)) {
                    u.compute().apply(CoreKernels.FILL_INTO, one, 1.0);
                }
            }
            return new Basis(eye, left);
        }
    }

    private static void golden(OptimizerChoice.Rule rule, double... expected) {
        double[] g = {0.5, -0.2, 0.1};
        try (Steps s = new Steps(Steps.constant(0.1, rule))) {
            s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 1, 1, 1);
            for (int t = 0; t < 3; t++) {
                double gradient = g[t];
                s.step("w", i -> gradient);
                assertThat((double) s.weight("w")[0]).as("step %d", t + 1).isCloseTo(expected[t], within(1e-6));
            }
        }
    }

    @Test
    void goldenNumbers() {
        golden(AdamW.standard(0.01), 0.899000, 0.863540, 0.824738);
        golden(new Sgd(0.9, false, 0), 0.95, 0.925, 0.8925);
        golden(Lion.standard(0.1), 0.89, 0.9811, 0.871289);
    }

    @Test
    void goldenNumbersOfAdafactor() {
        double[] g = {0.1, -0.2, 0.3, 0.4};
        double[][] expected = {{0.9787868, 2.03, 2.9715395, 3.9731672}, {0.9978787, 2.003, 2.997154, 3.9973167}};
        for (boolean relative : new boolean[] {true, false}) {
            try (Steps s = new Steps(Steps.constant(relative ? 1e-2 : 1e-3, Adafactor.standard(relative)))) {
                s.add("w", Parameter.Role.MATRIX, DType.F32, i -> i + 1, 2, 2);
                s.step("w", i -> g[i]);
                for (int i = 0; i < 4; i++) {
                    assertThat((double) s.weight("w")[i]).isCloseTo(expected[relative ? 0 : 1][i], within(2e-6));
                }
            }
        }
    }

    @Test
    void aSignOfNothingMovesNothing() {
        for (OptimizerChoice.Rule rule : new OptimizerChoice.Rule[] {Lion.standard(0), new OptimizerChoice.SignSgd(0)}) {
            try (Steps s = new Steps(Steps.constant(0.1, rule))) {
                s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 1, 3);
                s.step("w", i -> i - 1);
                assertThat(s.weight("w")).containsExactly(1.1f, 1f, 0.9f);
            }
        }
    }
}
