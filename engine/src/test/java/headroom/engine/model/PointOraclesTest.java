package headroom.engine.model;

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
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Activation;
import headroom.engine.tape.ops.Add;
import headroom.engine.tape.ops.Attention;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.Gate;
import headroom.engine.tape.ops.Linear;
import headroom.engine.tape.ops.PrefixAttention;
import headroom.engine.tape.ops.Scale;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Gates, bottlenecks and attention over a prefix against another implementation's float64 (tests/oracles/adapters_points.py). */
class PointOraclesTest {
    private static JsonNode oracles;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = PointOraclesTest.class.getResourceAsStream("adapters_points.json")) {
            oracles = new ObjectMapper().readTree(in);
        }
    }

    /** One oracle at work: its inputs as leaves or parameters, its output and all gradients compared. */
    private static final class Trial implements AutoCloseable {
        final TorchCompute c = TorchCompute.cpu(new Ledger());
        final JsonNode o;
        final Map<String, Value> leaves = new LinkedHashMap<>();
        final Map<String, Parameter> parameters = new LinkedHashMap<>();
        final TinyModels.Sum sum = new TinyModels.Sum(c);
        Tape tape;

        Trial(JsonNode o, String... trained) {
            this.o = o;
            for (String name : trained) {
                parameters.put(name, new Parameter(name, Parameter.Role.MATRIX, tensor(o.get("inputs").get(name))));
            }
            tape = TinyModels.tape(c, TinyModels.training(parameters.values()), sum);
            o.get("inputs").fieldNames().forEachRemaining(name -> {
                if (!parameters.containsKey(name)) {
                    leaves.put(name, tape.leaf(tensor(o.get("inputs").get(name))));
                }
            });
        }

        Pass pass() {
            return Pass.taped(c, tape, 1, 1);
        }

        Value leaf(String name) {
            return leaves.get(name);
        }

        Parameter parameter(String name) {
            return parameters.get(name);
        }

        private Tensor tensor(JsonNode t) {
            long[] dims = IntStream.range(0, t.get("shape").size()).mapToLong(i -> t.get("shape").get(i).asLong()).toArray();
            return c.upload(Category.DATA, "oracle", DType.F64, Shape.of(dims), () -> {
                ByteBuffer b = ByteBuffer.allocateDirect(t.get("data").size() * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                t.get("data").forEach(v -> b.putDouble(v.asDouble()));
                return b.flip();
            });
        }

        void compare(Value y) {
            same("y", y.tensor(), o.get("y"));
            tape.backward(y, tensor(o.get("dy")));
            leaves.forEach((name, leaf) -> same(name, Tape.takeGradient(leaf), o.get("gradients").get(name)));
            parameters.forEach((name, p) -> same(name, sum.gradients.get(p), o.get("gradients").get(name)));
        }

        private void same(String what, Tensor found, JsonNode expected) {
            double[] e = IntStream.range(0, expected.get("data").size()).mapToDouble(i -> expected.get("data").get(i).asDouble()).toArray();
            assertThat(TinyModels.doubles(c, found).toArray()).as(what).containsExactly(e, within(1e-11));
        }

        @Override
        public void close() {
            tape.close();
            sum.close();
            c.close();
        }
    }

    @Test
    void gate() {
        try (Trial t = new Trial(oracles.get("gate"), "l")) {
            t.compare(t.pass().apply(new Gate(t.parameter("l")), t.leaf("z")));
        }
    }

    @Test
    void bottleneck() {
        for (JsonNode o : oracles.get("bottleneck")) {
            try (Trial t = new Trial(o, "down", "b1", "up", "b2")) {
                Pass pass = t.pass();
                Value a = pass.apply(new Activation(Activation.Function.SILU), pass.apply(new Linear(new DenseWeight(t.parameter("down")), t.parameter("b1")), t.leaf("h")).last());
                Value u = pass.apply(new Linear(new DenseWeight(t.parameter("up")), t.parameter("b2")), a.last());
                t.compare(pass.apply(new Add(), t.leaf("h"), pass.apply(new Scale(o.get("scale").asDouble()), u.last()).last()));
            }
        }
    }

    @Test
    void attentionOverAPrefix() {
        for (JsonNode o : oracles.get("prefix")) {
            try (Trial t = new Trial(o)) {
                Tensor lengths = TinyModels.integers(t.c, o.get("lengths").get(0).asInt(), o.get("lengths").get(1).asInt());
                Attention.Spec spec = new Attention.Spec(lengths, o.get("heads").asLong(), o.get("groups").asLong(), o.get("causal").asBoolean());
                t.compare(t.pass().apply(new PrefixAttention(spec), t.leaf("q"), t.leaf("k"), t.leaf("v"), t.leaf("pk"), t.leaf("pv")));
            }
        }
    }
}
