package headroom.engine.tape.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.LossKernels;
import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Timeline;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Perturbation;
import headroom.engine.tape.Support;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.WeightGradient;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The loss in segments against the whole one, and against central differences in float64. */
class SegmentedCrossEntropyTest {
    private static final int N = 7;
    private static final int D = 5;
    private static final int V = 11;

    private final Ledger ledger = new Ledger();
    private TorchCompute c;

    @BeforeEach
    void open() {
        c = TorchCompute.cpu(ledger);
    }

    @AfterEach
    void close() {
        c.close();
        assertThat(ledger.openAccounts()).isZero();
    }

    private static double draw(String what, int i) {
        return 2 * Keys.uniform(Keys.key(4, "test", what, 0), i) - 1;
    }

    private Tensor tensor(DType type, IntToDoubleFunction value, long... dims) {
        Shape s = Shape.of(dims);
        return c.upload(Category.DATA, "test", type, s, () -> {
            ByteBuffer b = ByteBuffer.allocateDirect((int) s.bytes(type)).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < s.elements(); i++) {
                switch (type) {
                    case F64 -> b.putDouble(value.applyAsDouble(i));
                    case I64 -> b.putLong((long) value.applyAsDouble(i));
                    case BF16 -> b.putShort((short) (Float.floatToRawIntBits((float) value.applyAsDouble(i)) >>> 16));
                    default -> b.putFloat((float) value.applyAsDouble(i));
                }
            }
            return b.flip();
        });
    }

    /** Whole gradients, added in place as an optimizer does. */
    private static final class Sums implements GradientSink {
        final Map<Parameter, Tensor> sums = new IdentityHashMap<>();
        final List<Parameter> completed = new ArrayList<>();
        private final Compute c;

        Sums(Compute c) {
            this.c = c;
        }

        @Override
        public void accept(Parameter p, WeightGradient gradient) {
            Tensor sum = sums.get(p);
            if (sum == null) {
                sums.put(p, gradient.dense(c));
            } else {
                gradient.addTo(c, sum);
            }
        }

        @Override
        public void complete(Parameter p) {
            completed.add(p);
        }
    }

    /** Numbers of one pass by name: losses, and gradients of what asks for one. */
    private Map<String, double[]> numbers(DType type, boolean trains, boolean bias, boolean hidden, long rows, Map<String, Integer> moved, double by) {
        Map<String, double[]> out = new HashMap<>();
        Parameter w = new Parameter("w", Parameter.Role.MATRIX, tensor(type, i -> draw("w", i) + at(moved, "w", i, by), V, D));
        Parameter b = bias ? new Parameter("b", Parameter.Role.BIAS, tensor(type, i -> draw("b", i) + at(moved, "b", i, by), V)) : null;
        Map<Parameter, Trainables.Trained> trained = new IdentityHashMap<>();
        if (trains) {
            trained.put(w, new Trainables.Trained(Support.ALL, "main"));
            if (bias) {
                trained.put(b, new Trainables.Trained(Support.ALL, "main"));
            }
        }
        Sums sums = new Sums(c);
        try (Tensor targets = tensor(DType.I64, i -> i == 3 ? -100 : (int) Keys.below(9, i, V), N);
                Tape tape = new Tape(c, Trainables.of(trained, Set.of()), Keeper.WHOLE, sums)) {
            Tensor x = tensor(type, i -> draw("x", i) + at(moved, "x", i, by), N, D);
            Pass pass = Pass.taped(c, tape, 1, 0);
            Value in = hidden ? tape.leaf(x) : pass.constant(x);
            Op head = rows > 0 ? new SegmentedCrossEntropy(new DenseWeight(w), b, targets, rows, true) : new Linear(new DenseWeight(w), b);
            Value loss = pass.apply(head, in.last());
            if (rows <= 0) {
                loss = pass.apply(new CrossEntropy(targets), loss.last());
            } else {
                out.put("right", new double[] {((SegmentedCrossEntropy) head).right()});
            }
            out.put("loss", read(loss.tensor()));
            loss.release();
            tape.backward(loss, tensor(type == DType.F64 ? DType.F64 : DType.F32, i -> i == 3 ? 0 : 0.25 + 0.125 * i, N));
            Tensor dx = Tape.takeGradient(in);
            if (dx != null) {
                out.put("x", read(dx));
                dx.close();
            }
            assertThat(sums.completed).hasSize(trained.size());
            sums.sums.forEach((p, g) -> {
                out.put(p.path(), read(g));
                g.close();
            });
        } finally {
            w.close();
            if (bias) {
                b.close();
            }
        }
        return out;
    }

    private static double at(Map<String, Integer> moved, String what, int i, double by) {
        return moved.getOrDefault(what, -1) == i ? by : 0;
    }

    private double[] read(Tensor t) {
        ByteBuffer b = c.download(t);
        double[] out = new double[(int) t.elements()];
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (t.dtype()) {
                case F64 -> b.getDouble(8 * i);
                case BF16 -> Float.intBitsToFloat(b.getShort(2 * i) << 16);
                default -> b.getFloat(4 * i);
            };
        }
        return out;
    }

    @ParameterizedTest(name = "{0} trains {1} bias {2} hidden {3} rows {4}")
    @CsvSource({"F64,true,true,true,3", "F64,true,false,true,1", "F64,false,true,true,2", "F64,true,true,false,4", "F32,true,true,true,3", "F32,false,false,true,7", "BF16,true,true,true,2", "BF16,false,true,true,3"})
    void itIsTheWholeLoss(DType type, boolean trains, boolean bias, boolean hidden, long rows) {
        Map<String, double[]> whole = numbers(type, trains, bias, hidden, 0, Map.of(), 0);
        Map<String, double[]> parts = numbers(type, trains, bias, hidden, rows, Map.of(), 0);
        double tolerance = type == DType.F64 ? 1e-13 : type == DType.F32 ? 2e-6 : 0.03;
        assertThat(parts.remove("right")[0]).isBetween(0.0, (double) N);
        assertThat(parts.keySet()).isEqualTo(whole.keySet()).hasSize(1 + (hidden ? 1 : 0) + (trains ? bias ? 2 : 1 : 0));
        whole.forEach((name, value) -> assertThat(parts.get(name)).as(name).containsExactly(value, within(tolerance)));
    }

    /** Rows that are sure of their target, or sure of another, in several tiles: neither the loss nor the small rest of the gradient is rounded away. */
    @ParameterizedTest
    @CsvSource({"F32", "BF16"})
    void aSureRowKeepsASmallGradient(DType type) {
        int n = 3;
        int v = 400_000;
        double[] rests = {4, 8, 16};
        try (Tensor logits = tensor(type, i -> i % v == 7 ? 2 : i % v == 8 ? 2 - rests[i / v] : -120, n, v); Tensor loss = tensor(DType.F32, i -> 0, n);
                Tensor targets = tensor(DType.I64, i -> i == 2 ? 8 : 7, n)) {
            c.apply(LossKernels.CROSS_ENTROPY_GRADIENT_INTO, logits, loss, targets);
            double[] losses = read(loss);
            double[] slopes = read(logits);
            for (int row = 0; row < n; row++) {
                double exact = Math.log1p(Math.exp(-rests[row])) + (row == 2 ? rests[row] : 0);
                assertThat(losses[row]).as("loss %d", row).isCloseTo(exact, within(1e-3 * exact));
                assertThat(slopes[row * v + (row == 2 ? 8 : 7)]).as("slope %d", row).isCloseTo(Math.expm1(-exact), within(0.005 * -Math.expm1(-exact)));
            }
        }
    }

    @Test
    void itsGradientsAreSlopes() {
        Map<String, double[]> g = numbers(DType.F64, true, true, true, 3, Map.of(), 0);
        double step = 1e-5;
        for (String name : List.of("x", "w", "b")) {
            for (int i = 0; i < g.get(name).length; i++) {
                double slope = (total(name, i, step) - total(name, i, -step)) / (2 * step);
                assertThat(g.get(name)[i]).as("%s[%d]", name, i).isCloseTo(slope, within(1e-8));
            }
        }
    }

    private double total(String name, int i, double by) {
        double[] losses = numbers(DType.F64, true, true, true, 3, Map.of(name, i), by).get("loss");
        double sum = 0;
        for (int n = 0; n < N; n++) {
            sum += n == 3 ? 0 : (0.25 + 0.125 * n) * losses[n];
        }
        return sum;
    }

    @Test
    void aPerturbedPassReadsTheMovedWeightOnceForAllSegments() {
        int[] reads = new int[1];
        Perturbation moved = new Perturbation() {
            @Override
            public Tensor of(Compute compute, Parameter p) {
                reads[0]++;
                return compute.call(headroom.engine.compute.kernel.ElementwiseKernels.SCALE, p.data(), 2.0);
            }
        };
        Parameter w = new Parameter("w", Parameter.Role.MATRIX, tensor(DType.F32, i -> draw("w", i), V, D));
        Parameter doubled = new Parameter("w2", Parameter.Role.MATRIX, tensor(DType.F32, i -> 2 * draw("w", i), V, D));
        try (Tensor targets = tensor(DType.I64, i -> i, N)) {
            Pass pass = Pass.untaped(c);
            Value through = pass.through(moved).apply(new SegmentedCrossEntropy(new DenseWeight(w), null, targets, 2, false),
                    pass.constant(tensor(DType.F32, i -> draw("x", i), N, D)).last());
            Value plain = pass.apply(new SegmentedCrossEntropy(new DenseWeight(doubled), null, targets, 2, false), pass.constant(tensor(DType.F32, i -> draw("x", i), N, D)).last());
            assertThat(read(through.tensor())).containsExactly(read(plain.tensor()));
            assertThat(reads[0]).isOne();
            through.release();
            plain.release();
        } finally {
            w.close();
            doubled.close();
        }
    }

    @Test
    void noTensorHoldsMoreLogitsThanASegment() {
        Timeline seen = new Timeline();
        ledger.watch(seen);
        numbers(DType.F32, false, false, true, 2, Map.of(), 0);
        long segment = 2L * V * Float.BYTES;
        long states = (long) N * D * Float.BYTES;
        long weight = (long) V * D * Float.BYTES;
        assertThat(seen.accounts().stream().filter(a -> a.category() != Category.DATA).mapToLong(Account::bytes).max().orElseThrow()).isEqualTo(Math.max(segment, states))
                .isLessThan(weight).isLessThan((long) N * V * Float.BYTES);
    }

    @Test
    void theAutomaticSegmentsTakeTheRoomOfTheHiddenStatesOrLittle() {
        assertThat(SegmentedCrossEntropy.automaticRows(16 * 2048, 4096, 32_000)).isEqualTo(4096);
        assertThat(SegmentedCrossEntropy.automaticRows(8 * 1024, 768, 50_257)).isEqualTo(256);
        assertThat(SegmentedCrossEntropy.automaticRows(1024, 768, 50_257)).isEqualTo(128);
        assertThat(SegmentedCrossEntropy.automaticRows(256, 768, 50_257)).isEqualTo(64);
        assertThat(SegmentedCrossEntropy.automaticRows(32, 64, 2)).isEqualTo(32);
        assertThatThrownBy(() -> new SegmentedCrossEntropy(null, null, null, 0, false)).hasMessage("a loss in segments of 0 rows; expected at least 1");
    }
}
