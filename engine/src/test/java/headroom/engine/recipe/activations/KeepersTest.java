package headroom.engine.recipe.activations;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import headroom.engine.recipe.SavesChoice;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Saved;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is kept takes its packed bytes, and comes back within the bound that its code promises. */
class KeepersTest {
    private static final Keeper.Context CONTEXT = new Keeper.Context("test", "decoder.0.mlp", Keeper.Role.NONLINEAR, 9);

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

    private Tensor tensor(IntToDoubleFunction value, DType type, long... dims) {
        Shape s = Shape.of(dims);
        return c.upload(Category.WORKSPACE, "x", type, s, () -> {
            ByteBuffer b = ByteBuffer.allocateDirect((int) s.bytes(type)).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < s.elements(); i++) {
                if (type == DType.BF16) {
                    b.putShort((short) (Float.floatToRawIntBits((float) value.applyAsDouble(i)) >>> 16));
                } else {
                    b.putFloat((float) value.applyAsDouble(i));
                }
            }
            return b.flip();
        });
    }

    /** Values of very different size in each group, some groups of one value, some of zeros. */
    private static double value(int i) {
        int block = i / 64;
        double size = Math.pow(10, block % 5 - 2);
        return block % 7 == 3 ? 0 : block % 7 == 5 ? size : size * (2 * Keys.uniform(Keys.key(3, "value", "", 0), i) - 0.7);
    }

    /** Keeps, drops the tensor, and reads what was kept. */
    private float[] through(SavesChoice choice, Tensor x, long expectedBytes, Tier tier) {
        try (Saved kept = Keepers.of(c, choice).keep(CONTEXT, x)) {
            x.close();
            assertThat(ledger.accounts()).allSatisfy(a -> {
                assertThat(a.category()).isEqualTo(Category.ACTIVATIONS);
                assertThat(a.owner()).isEqualTo("decoder.0.mlp");
                assertThat(a.tier()).isEqualTo(tier);
            });
            assertThat(ledger.total(tier)).isEqualTo(expectedBytes);
            try (Tensor again = kept.get()) {
                assertThat(again.shape()).isEqualTo(Shape.of(13, 71));
                return c.floats(again);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2,64", "4,64", "8,64", "4,16", "2,8", "8,1024"})
    void integersTakeTheirBitsAndHalfAStep(int bits, int group) {
        int n = 13 * 71;
        long groups = (n + group - 1) / group;
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) value(i);
        }
        float[] y = through(SavesChoice.CodedSaves.of(new SavesChoice.Groups(bits, group)), tensor(KeepersTest::value, DType.F32, 13, 71), (n * bits + 7) / 8 + 4 * groups, Tier.DEVICE);
        for (int g = 0; g < groups; g++) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (int i = g * group; i < Math.min(n, (g + 1) * group); i++) {
                low = Math.min(low, x[i]);
                high = Math.max(high, x[i]);
            }
            double bound = (high - low) / (2 * ((1 << bits) - 1)) + Math.max(Math.abs(low), Math.abs(high)) * 0x1p-9 + 0x1p-24 * (1 << bits);
            for (int i = g * group; i < Math.min(n, (g + 1) * group); i++) {
                assertThat(Math.abs((double) y[i] - x[i])).as("element %d of group %d", i, g).isLessThanOrEqualTo(bound);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"F8_E4M3,0", "F8_E4M3,16", "F8_E5M2,0", "F8_E5M2,16"})
    void eightBitFloatsKeepThreeOrTwoBitsOfEachNumber(DType type, int group) {
        int n = 13 * 71;
        int each = group == 0 ? n : group;
        int groups = (n + each - 1) / each;
        float[] y = through(SavesChoice.CodedSaves.of(new SavesChoice.Float8(type, group)), tensor(KeepersTest::value, DType.F32, 13, 71), n + 2L * groups, Tier.DEVICE);
        double relative = type == DType.F8_E4M3 ? 0x1p-4 : 0x1p-3;
        double top = type == DType.F8_E4M3 ? 448 : 57344;
        double least = type == DType.F8_E4M3 ? 0x1p-10 : 0x1p-17;
        for (int g = 0; g < groups; g++) {
            double greatest = 1e-10;
            for (int i = g * each; i < Math.min(n, (g + 1) * each); i++) {
                greatest = Math.max(greatest, Math.abs((float) value(i)));
            }
            for (int i = g * each; i < Math.min(n, (g + 1) * each); i++) {
                assertThat(Math.abs(y[i] - value(i))).as("element %d", i).isLessThanOrEqualTo(relative * Math.abs(value(i)) + 1.01 * least * greatest / top);
            }
        }
    }

    @Test
    void theHostHoldsWhatTheDeviceLets() {
        float[] y = through(new SavesChoice.HostSaves(10), tensor(KeepersTest::value, DType.F32, 13, 71), 13 * 71 * 4, Tier.HOST);
        for (int i = 0; i < y.length; i++) {
            assertThat(y[i]).isEqualTo((float) value(i));
        }
        Tensor small = tensor(i -> i, DType.F32, 3, 3);
        try (Saved kept = Keepers.of(c, new SavesChoice.HostSaves(10)).keep(CONTEXT, small)) {
            small.close();
            assertThat(ledger.total(Tier.HOST)).isZero();
        }
    }

    @Test
    void aRoleWithoutACodeIsKeptWhole() {
        SavesChoice choice = SavesChoice.CodedSaves.of(java.util.Set.of(Keeper.Role.ATTENTION), new SavesChoice.Groups(4, 64));
        float[] y = through(choice, tensor(KeepersTest::value, DType.F32, 13, 71), 13 * 71 * 4, Tier.DEVICE);
        assertThat(y[0]).isEqualTo((float) value(0));
    }

    @Test
    void halfPrecisionComesBackInItsType() {
        Tensor x = tensor(KeepersTest::value, DType.BF16, 13, 71);
        try (Saved kept = Keepers.of(c, SavesChoice.CodedSaves.of(new SavesChoice.Groups(8, 64))).keep(CONTEXT, x); Tensor again = kept.get()) {
            assertThat(again.dtype()).isEqualTo(DType.BF16);
            assertThat(c.floats(again)[0]).isCloseTo(c.floats(x)[0], org.assertj.core.api.Assertions.within(1e-4f));
        }
        x.close();
    }

    private static final int N = 60;
    private static final int D = 4;
    private static final int K = 18;

    /** Rows of very different weight. */
    private static double heavy(int i) {
        return Math.pow(0.9, i / D) * (2 * Keys.uniform(Keys.key(8, "heavy", "", 0), i) - 1);
    }

    private static double[] product(float[] x) {
        double[] dw = new double[D];
        for (int i = 0; i < N; i++) {
            double dy = 2 * Keys.uniform(Keys.key(8, "dy", "", 0), i) - 1;
            for (int j = 0; j < D; j++) {
                dw[j] += dy * x[i * D + j];
            }
        }
        return dw;
    }

    @Test
    void sampledRowsGiveTheWeightGradientOnAverage() {
        Tensor x = tensor(KeepersTest::heavy, DType.F32, N, D);
        double[] exact = product(c.floats(x));
        SavesChoice choice = SavesChoice.CodedSaves.of(java.util.Set.of(Keeper.Role.LINEAR_INPUT), new SavesChoice.SampledRows(0.3));
        double[] mean = new double[D];
        int draws = 4000;
        double error = 0;
        for (int key = 0; key < draws; key++) {
            try (Saved kept = Keepers.of(c, choice).keep(new Keeper.Context("linear", "w", Keeper.Role.LINEAR_INPUT, key * 7919L), x)) {
                if (key == 0) {
                    assertThat(ledger.total(Category.ACTIVATIONS)).isEqualTo(K * D * 4 + K * 8);
                }
                try (Tensor again = kept.get()) {
                    double[] dw = product(c.floats(again));
                    for (int j = 0; j < D; j++) {
                        mean[j] += dw[j] / draws;
                        error += (dw[j] - exact[j]) * (dw[j] - exact[j]) / draws;
                    }
                }
            }
        }
        x.close();
        double norm = java.util.Arrays.stream(exact).map(v -> v * v).sum();
        double bias = 0;
        for (int j = 0; j < D; j++) {
            bias += (mean[j] - exact[j]) * (mean[j] - exact[j]);
        }
        // the mean of so many draws is off by no more than chance allows
        assertThat(Math.sqrt(bias)).isLessThan(4 * Math.sqrt(error / draws));
        assertThat(error).isPositive().isLessThan(norm);
    }

    /** One row outweighs all: it is taken as it is, and only once. */
    @Test
    void aHeavyRowIsAlwaysTaken() {
        Tensor x = tensor(i -> i / D == 17 ? 100 : heavy(i) / 100, DType.F32, N, D);
        SavesChoice choice = SavesChoice.CodedSaves.of(java.util.Set.of(Keeper.Role.LINEAR_INPUT), new SavesChoice.SampledRows(0.3));
        for (long key = 0; key < 20; key++) {
            try (Saved kept = Keepers.of(c, choice).keep(new Keeper.Context("linear", "w", Keeper.Role.LINEAR_INPUT, key), x); Tensor again = kept.get()) {
                assertThat(c.floats(again)[17 * D]).isEqualTo(100f);
            }
        }
        x.close();
    }

    @Test
    void aTensorInACodeServesOnlyReadersOfThatCode() {
        Keeper k = Keepers.of(c, SavesChoice.CodedSaves.of(java.util.Set.of(Keeper.Role.LINEAR_INPUT, Keeper.Role.ATTENTION), new SavesChoice.Groups(4, 64)));
        assertThat(k.serves(Keeper.Role.ATTENTION, Keeper.Role.LINEAR_INPUT)).isTrue();
        assertThat(k.serves(Keeper.Role.LINEAR_INPUT, Keeper.Role.LOSS)).isFalse();
        assertThat(k.serves(Keeper.Role.NONLINEAR, Keeper.Role.LINEAR_INPUT)).isTrue();
        assertThat(Keeper.WHOLE.serves(Keeper.Role.LINEAR_INPUT, Keeper.Role.LOSS)).isTrue();
    }
}
