package headroom.engine.tape.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
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
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatedMixTest {
    private static final double[] S = {1, -2, 3, 0.5, 4, -1};
    private static final double[] U = {2, 2, -1, 0.25, -3, 7};
    private static final double[] DY = {0.5, 1, -1, 2, 0.1, 0.3};
    private static final double TAU = 0.1;

    private static Tensor tensor(Compute c, Shape shape, double... values) {
        return c.upload(Category.WORKSPACE, "test", DType.F64, shape, () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            Arrays.stream(values).forEach(b::putDouble);
            return b.flip();
        });
    }

    private static double[] values(Compute c, Tensor t) {
        ByteBuffer b = c.download(t).order(ByteOrder.LITTLE_ENDIAN);
        double[] all = new double[(int) t.elements()];
        Arrays.setAll(all, i -> b.getDouble(i * Double.BYTES));
        return all;
    }

    private static double[] mixed(double alpha) {
        try (Compute c = TorchCompute.cpu(new Ledger()); Tensor a = tensor(c, Shape.of(1), alpha)) {
            Pass pass = Pass.untaped(c);
            Value y = pass.apply(new GatedMix(new Parameter("gate", Parameter.Role.GATE, a), TAU), pass.constant(tensor(c, Shape.of(2, 3), S)).last(), pass.constant(tensor(c, Shape.of(2, 3), U)).last());
            try (Tensor t = y.take()) {
                return values(c, t);
            }
        }
    }

    @Test
    void atTheStartBothCountForHalf() {
        double[] half = new double[S.length];
        Arrays.setAll(half, i -> (S[i] + U[i]) / 2);
        assertThat(mixed(0)).isEqualTo(half);
    }

    @Test
    void aGateThatIsOpenOrShutLeavesOneAlone() {
        assertThat(mixed(50)).isEqualTo(S);
        assertThat(mixed(-50)).isEqualTo(U);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.03, -0.2})
    void gradientsAreTheClosedForms(double alpha) {
        double g = 1 / (1 + Math.exp(-alpha / TAU));
        try (Compute c = TorchCompute.cpu(new Ledger()); Tensor a = tensor(c, Shape.of(1), alpha)) {
            Parameter gate = new Parameter("gate", Parameter.Role.GATE, a);
            double[] found = new double[1];
            GradientSink sink = new GradientSink() {
                @Override
                public void accept(Parameter p, WeightGradient gradient) {
                    try (Tensor whole = gradient.dense(c)) {
                        found[0] = values(c, whole)[0];
                    }
                }

                @Override
                public void complete(Parameter p) {
                    assertThat(p).isSameAs(gate);
                }
            };
            try (Tape tape = new Tape(c, Trainables.of(Map.of(gate, new Trainables.Trained(Support.ALL, "all")), Set.of()), Keeper.WHOLE, sink)) {
                Pass pass = Pass.taped(c, tape, 1, 1);
                Value s = tape.leaf(tensor(c, Shape.of(2, 3), S));
                Value u = tape.leaf(tensor(c, Shape.of(2, 3), U));
                Value y = pass.apply(new GatedMix(gate, TAU), s.last(), u.last());
                assertThat(c.ledger().total(Category.ACTIVATIONS)).as("the difference alone is kept").isEqualTo(S.length * (long) Double.BYTES);
                y.release();
                tape.backward(y, tensor(c, Shape.of(2, 3), DY));
                double slope = 0;
                for (int i = 0; i < S.length; i++) {
                    slope += DY[i] * (S[i] - U[i]) * g * (1 - g) / TAU;
                }
                assertThat(found[0]).isCloseTo(slope, within(1e-12));
                try (Tensor ds = Tape.takeGradient(s); Tensor du = Tape.takeGradient(u)) {
                    assertThat(values(c, ds)).containsExactly(Arrays.stream(DY).map(v -> v * g).toArray(), within(1e-14));
                    assertThat(values(c, du)).containsExactly(Arrays.stream(DY).map(v -> v * (1 - g)).toArray(), within(1e-14));
                }
            }
            assertThat(c.ledger().total()).isEqualTo(Double.BYTES);
        }
    }
}
