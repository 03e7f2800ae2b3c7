package headroom.engine.tape.ops;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.AttentionKernels;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Support;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.WeightGradient;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What reads one input and lies in one tensor gives the bits of the sites one by one: outputs, gradients of the input, of every weight and of every bias. */
class PackedOpsTest {
    private static final long ROWS = 3;
    private static final long LENGTH = 7;
    private static final long N = ROWS * LENGTH;
    private static final long D = 20;
    private static final long HEADS = 4;
    private static final long HEAD = 6;

    private final Ledger ledger = new Ledger();
    private final List<Tensor> made = new ArrayList<>();
    private Compute c;
    private DType dtype;
    private long drawn;

    @BeforeEach
    void open() {
        c = TorchCompute.cpu(ledger);
        drawn = 0;
    }

    @AfterEach
    void close() {
        made.forEach(Tensor::close);
        assertThat(ledger.total()).as("bytes that nobody gave back").isZero();
        c.close();
    }

    private enum Texts {
        ROWS, PACKED
    }

    @ParameterizedTest
    @CsvSource({"F32, 4, true, ROWS", "F32, 2, false, ROWS", "F64, 2, true, PACKED", "BF16, 4, false, ROWS", "BF16, 1, true, ROWS", "BF16, 2, false, PACKED"})
    void attentionOverOneTensorIsAttentionOverThree(DType type, long keyHeads, boolean causal, Texts kind) {
        dtype = type;
        List<Parameter> weights = List.of(matrix("q", HEADS * HEAD), matrix("k", keyHeads * HEAD), matrix("v", keyHeads * HEAD));
        List<Parameter> biases = List.of(bias("q", HEADS * HEAD), bias("k", keyHeads * HEAD), bias("v", keyHeads * HEAD));
        Tensor lengths = ids(7, 4, 5);
        Tensor texts = kind == Texts.ROWS ? null : ids(0, 0, 0, 1, 1, 1, -1, 2, 2, 2, 2, 2, 2, 3, 4, 4, 4, 4, -1, -1, -1);
        Tensor positions = kind == Texts.ROWS ? null : ids(0, 1, 2, 0, 1, 2, 0, 0, 1, 2, 3, 4, 5, 0, 0, 1, 2, 3, 0, 0, 0);
        Attention.Spec spec = new Attention.Spec(lengths, HEADS, keyHeads, causal, texts);
        Tensor[] tables = c.run(AttentionKernels.ROPE_TABLE, 0L, LENGTH, HEAD, 10_000.0);
        made.addAll(List.of(tables));

        Map<String, ByteBuffer> apart = step(weights, biases, (pass, x) -> {
            Value q = pass.apply(new Linear(new DenseWeight(weights.get(0)), biases.get(0)), x);
            Value k = pass.apply(new Linear(new DenseWeight(weights.get(1)), biases.get(1)), x);
            Value v = pass.apply(new Linear(new DenseWeight(weights.get(2)), biases.get(2)), x.last());
            Value turned = pass.apply(new Rotary(tables[0], tables[1], positions, HEADS), q.last());
            return pass.apply(new Attention(spec), turned.last(), pass.apply(new Rotary(tables[0], tables[1], positions, keyHeads), k.last()).last(), v.last());
        });
        Map<String, ByteBuffer> packed = step(weights, biases, (pass, x) -> {
            Value all = pass.apply(new Projections(weights.stream().map(DenseWeight::new).toList(), biases), x.last());
            return pass.apply(new PackedAttention(spec), pass.apply(new PackedRotary(tables[0], tables[1], positions, HEADS, keyHeads), all.last()).last());
        });

        assertThat(packed).containsExactlyInAnyOrderEntriesOf(apart).hasSize(8);
    }

    @ParameterizedTest
    @CsvSource({"F32", "F64", "BF16"})
    void aGateInOneTensorIsAGateInTwo(DType type) {
        dtype = type;
        List<Parameter> weights = List.of(matrix("gate", 11), matrix("up", 11));

        Map<String, ByteBuffer> apart = step(weights, List.of(), (pass, x) -> {
            Value g = pass.apply(new Linear(new DenseWeight(weights.get(0)), null), x);
            Value u = pass.apply(new Linear(new DenseWeight(weights.get(1)), null), x.last());
            return pass.apply(new SwiGlu(), g.last(), u.last());
        });
        Map<String, ByteBuffer> packed = step(weights, List.of(),
                (pass, x) -> pass.apply(new PackedSwiGlu(), pass.apply(new Projections(weights.stream().map(DenseWeight::new).toList(), List.of()), x.last()).last()));

        assertThat(packed).containsExactlyInAnyOrderEntriesOf(apart).hasSize(4);
    }

    @FunctionalInterface
    private interface Part {
        Value of(Pass pass, Value x);
    }

    /** The output, the gradient of x, which somebody else read before, and those of all parameters. */
    private Map<String, ByteBuffer> step(List<Parameter> weights, List<Parameter> biases, Part part) {
        Map<Parameter, Trainables.Trained> trained = new LinkedHashMap<>();
        weights.forEach(p -> trained.put(p, new Trainables.Trained(Support.ALL, "all")));
        biases.forEach(p -> trained.put(p, new Trainables.Trained(Support.ALL, "all")));
        Map<String, ByteBuffer> found = new LinkedHashMap<>();
        GradientSink sink = new GradientSink() {
            @Override
            public void accept(Parameter p, WeightGradient g) {
                try (Tensor whole = g.dense(c)) {
                    found.put(p.path(), c.download(whole));
                }
            }

            @Override
            public void complete(Parameter p) {
                assertThat(found).as("gradients before their parameter is complete").containsKey(p.path());
            }
        };
        drawn = 100;
        Tensor x = real(N, D);
        try (Tape tape = new Tape(c, Trainables.of(trained, java.util.Set.of()), Keeper.WHOLE, sink)) {
            Pass pass = Pass.taped(c, tape, 1, 1);
            Value in = tape.leaf(x.retain());
            Value y = part.of(pass, in);
            found.put("y", c.download(y.tensor()));
            Tensor dy = c.call(CoreKernels.COPY, real(y.tensor().shape().dims()));
            y.release();
            tape.backward(y, dy);
            try (Tensor dx = Tape.takeGradient(in)) {
                found.put("dx", c.download(dx));
            }
        }
        return found;
    }

    private Parameter matrix(String name, long out) {
        return new Parameter(name + ".weight", Parameter.Role.MATRIX, real(out, D));
    }

    private Parameter bias(String name, long out) {
        return new Parameter(name + ".bias", Parameter.Role.BIAS, real(out));
    }

    private Tensor real(long... dims) {
        Tensor t = c.zeros(Category.DATA, "sample", dtype, Shape.of(dims));
        c.apply(RandomKernels.ADD_NORMAL_INTO, t, 7 + drawn++, 0L, 0.5);
        made.add(t);
        return t;
    }

    private Tensor ids(long... values) {
        Tensor t = c.upload(Category.DATA, "ids", DType.I64, Shape.of(values.length), () -> {
            ByteBuffer b = ByteBuffer.allocate(8 * values.length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            for (long v : values) {
                b.putLong(v);
            }
            return b.flip();
        });
        made.add(t);
        return t;
    }
}
