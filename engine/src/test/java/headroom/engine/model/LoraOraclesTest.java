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
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.Linear;
import headroom.engine.tape.ops.LowRankBranch;
import headroom.engine.tape.ops.RowNormScale;
import headroom.engine.tape.ops.RowNorms;
import headroom.engine.tape.ops.TripletBranch;
import headroom.engine.tape.ops.VeraBranch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The branches of the LoRA family beside a frozen linear against another implementation's float64 (tests/oracles/lora_family.py): outputs and all gradients. */
class LoraOraclesTest {
    static Stream<Arguments> oracles() throws IOException {
        try (InputStream in = LoraOraclesTest.class.getResourceAsStream("lora_family.json")) {
            JsonNode all = new ObjectMapper().readTree(in);
            List<Arguments> out = new ArrayList<>();
            all.fieldNames().forEachRemaining(name -> IntStream.range(0, all.get(name).size()).forEach(i -> out.add(Arguments.of(name, i, all.get(name).get(i)))));
            return out.stream();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("oracles")
    void outputAndGradientsAreThoseOfAnotherImplementation(String member, int number, JsonNode o) {
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger)) {
            Map<String, Parameter> trained = new LinkedHashMap<>();
            o.get("inputs").fieldNames().forEachRemaining(name -> {
                if (!name.equals("x")) {
                    trained.put(name, new Parameter(name, name.equals("m") ? Parameter.Role.NORM : Parameter.Role.MATRIX, tensor(c, o.get("inputs").get(name))));
                }
            });
            Map<String, Parameter> frozen = new LinkedHashMap<>();
            o.get("frozen").fieldNames().forEachRemaining(name -> frozen.put(name, new Parameter("frozen." + name, Parameter.Role.MATRIX, tensor(c, o.get("frozen").get(name)))));
            DenseWeight weight = new DenseWeight(frozen.get("w"));
            double scale = o.path("scale").asDouble(1);
            RowNorms norms = member.equals("dora") ? new RowNorms(c, weight, scale, "norms") : null;
            try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(trained.values()), sum)) {
                Pass pass = Pass.taped(c, tape, 1, 1);
                Value x = tape.leaf(tensor(c, o.get("inputs").get("x")));
                Value base = pass.apply(new Linear(weight, frozen.get("c")), x).last();
                Value y = switch (member) {
                    case "lora" -> pass.apply(new LowRankBranch(trained.get("a"), trained.get("b"), scale, 0), base, x);
                    case "dora" -> pass.apply(new RowNormScale(norms, trained.get("a"), trained.get("b"), trained.get("m"), frozen.get("c"), o.get("exact").asBoolean()),
                            pass.apply(new LowRankBranch(trained.get("a"), trained.get("b"), scale, 0), base, x).last());
                    case "vera" -> pass.apply(new VeraBranch(frozen.get("turned").data(), frozen.get("out").data(), trained.get("d"), trained.get("l"), 0), base, x);
                    case "triplet" -> pass.apply(new TripletBranch(trained.get("a"), trained.get("e"), trained.get("b"), scale, 0), base, x);
                    default -> throw new IllegalArgumentException(member);
                };
                same(c, "y", y.tensor(), o.get("y"));
                tape.backward(y, tensor(c, o.get("dy")));
                y.release();
                try (Tensor dx = Tape.takeGradient(x)) {
                    same(c, "x", dx, o.get("gradients").get("x"));
                }
                trained.forEach((name, p) -> same(c, name, sum.gradients.get(p), o.get("gradients").get(name)));
                x.release();
            }
            trained.values().forEach(Parameter::close);
            frozen.values().forEach(Parameter::close);
            if (norms != null) {
                norms.close();
            }
        }
        assertThat(ledger.openAccounts()).isZero();
    }

    private static Tensor tensor(TorchCompute c, JsonNode t) {
        long[] dims = IntStream.range(0, t.get("shape").size()).mapToLong(i -> t.get("shape").get(i).asLong()).toArray();
        return c.upload(Category.DATA, "oracle", DType.F64, Shape.of(dims), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(t.get("data").size() * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            t.get("data").forEach(v -> b.putDouble(v.asDouble()));
            return b.flip();
        });
    }

    private static void same(TorchCompute c, String what, Tensor found, JsonNode expected) {
        double[] e = IntStream.range(0, expected.get("data").size()).mapToDouble(i -> expected.get("data").get(i).asDouble()).toArray();
        assertThat(TinyModels.doubles(c, found).toArray()).as(what).containsExactly(e, within(1e-11));
    }
}
