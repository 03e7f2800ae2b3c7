package headroom.engine.compute.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Ledger;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Code books and block-wise quantisation against the figures of the papers they come from. */
class QuantisationKernelsTest {
    private static final int ROWS = 512;
    private static final int WIDTH = 384;
    private static final Tensor[] NONE = {};
    private static TorchCompute torch;

    @BeforeAll
    static void open() {
        torch = TorchCompute.cpu(new Ledger());
    }

    @AfterAll
    static void close() {
        torch.close();
    }

    @Test
    void nf4LevelsAreScaledQuantilesOfTheNormal() {
        float[] nf4 = CodeBooks.nf4();
        assertThat(nf4).hasSize(16).isSorted().contains(0f);
        assertThat(nf4[1]).isCloseTo(-0.6961928f, within(1e-7f));
        float[] pairs = CodeBooks.units(nf4);
        assertThat(pairs[2 * 0xA3]).isEqualTo(nf4[10]);
        assertThat(pairs[2 * 0xA3 + 1]).isEqualTo(nf4[3]);
    }

    @Test
    void dynamicCodesHaveTheirPublishedEnds() {
        float[] signed = CodeBooks.dynamicSigned();
        float[] unsigned = CodeBooks.dynamicUnsigned();
        assertThat(signed).hasSize(256).isSorted();
        assertThat(unsigned).hasSize(256).isSorted();
        assertThat(signed[0]).isCloseTo(-0.99296875f, within(1e-6f));
        assertThat(signed[255]).isEqualTo(1f);
        assertThat(signed[127]).isZero();
        assertThat(signed[128]).isCloseTo(5.5e-7f, within(1e-9f));
        assertThat(unsigned[0]).isZero();
        assertThat(unsigned[1]).isCloseTo(3.25e-7f, within(1e-9f));
    }

    @Test
    void nf4OfNormalDataErrsByNinePercent() {
        try (Samples s = new Samples(torch, DType.F32, 3)) {
            Tensor w = normal(s);
            Tensor book8 = s.floats(CodeBooks.dynamicSigned());
            Tensor[] q = s.keep(torch.run(QuantisationKernels.CODE_QUANTISE, w, s.floats(CodeBooks.nf4()), 4L, 64L));
            assertThat(error(w, rows(s, q[0], new Tensor[] {q[1]}, NONE, CodeBooks.nf4(), 64, 0, ROWS, DType.F32))).isCloseTo(0.092, within(0.002));
            Tensor[] d = s.keep(torch.run(QuantisationKernels.DOUBLE_QUANTISE, q[1], book8));
            assertThat(error(w, rows(s, q[0], new Tensor[] {d[0], d[1], d[2], book8}, NONE, CodeBooks.nf4(), 64, 0, ROWS, DType.F32))).isCloseTo(0.092, within(0.002));
            long bytes = q[0].bytes() + d[0].bytes() + d[1].bytes() + d[2].bytes();
            assertThat(8.0 * bytes / (ROWS * WIDTH)).isCloseTo(4.127, within(0.001));
            Tensor scales = s.keep(torch.call(QuantisationKernels.DOUBLE_DEQUANTISE, d[0], d[1], d[2], book8))[0];
            assertThat(error(q[1], scales)).isLessThan(0.01);
        }
    }

    @Test
    void integersOfNormalDataErrMoreThanNormalFloatsAndLessWithEveryBit() {
        try (Samples s = new Samples(torch, DType.F32, 3)) {
            Tensor w = normal(s);
            double before = 1;
            for (int bits : new int[] {2, 3, 4, 8}) {
                Tensor[] q = s.keep(torch.run(QuantisationKernels.INTEGER_QUANTISE, w, (long) bits, 64L, true, (long) DType.F32.torchCode()));
                double e = error(w, rows(s, q[0], new Tensor[] {q[1]}, NONE, CodeBooks.integers(bits, true), 64, 0, ROWS, DType.F32));
                Tensor[] f = s.keep(torch.run(QuantisationKernels.CODE_QUANTISE, w, s.floats(CodeBooks.normalFloat(bits)), (long) bits, 64L));
                double nf = error(w, rows(s, f[0], new Tensor[] {f[1]}, NONE, CodeBooks.normalFloat(bits), 64, 0, ROWS, DType.F32));
                assertThat(e).isLessThan(before);
                if (bits < 8) {
                    assertThat(nf).as("%d bits", bits).isLessThan(e);
                }
                if (bits == 4) {
                    assertThat(e).isCloseTo(0.108, within(0.002));
                }
                before = e;
            }
        }
    }

    @Test
    void aRangeOfRowsIsThatPartOfTheWhole() {
        for (int bits : new int[] {2, 3, 4, 8}) {
            try (Samples s = new Samples(torch, DType.F32, 4)) {
                Tensor w = s.real(ROWS, WIDTH);
                float[] book = CodeBooks.normalFloat(bits);
                Tensor[] q = s.keep(torch.run(QuantisationKernels.CODE_QUANTISE, w, s.floats(book), (long) bits, 64L));
                Tensor[] d = s.keep(torch.run(QuantisationKernels.DOUBLE_QUANTISE, q[1], s.floats(CodeBooks.dynamicSigned())));
                Tensor[] scales = {d[0], d[1], d[2], s.floats(CodeBooks.dynamicSigned())};
                for (DType type : new DType[] {DType.F32, DType.BF16}) {
                    double[] whole = Samples.read(torch, rows(s, q[0], scales, NONE, book, 64, 0, ROWS, type));
                    double[] part = Samples.read(torch, rows(s, q[0], scales, NONE, book, 64, 171, 400, type));
                    assertThat(part).containsExactly(Arrays.copyOfRange(whole, 171 * WIDTH, 400 * WIDTH));
                }
            }
        }
    }

    @Test
    void zeroIsExactAndSoIsTheLargestOfABlock() {
        try (Samples s = new Samples(torch, DType.F32, 5)) {
            Tensor w = s.tensor(DType.F32, i -> i / 64 == 1 ? 0 : i % 64 == 17 ? -3 : (i % 7 - 3) / 4.0, 4, 64);
            for (float[] book : new float[][] {CodeBooks.nf4(), CodeBooks.fp4()}) {
                Tensor[] q = s.keep(torch.run(QuantisationKernels.CODE_QUANTISE, w, s.floats(book), 4L, 64L));
                double[] x = Samples.read(torch, w);
                double[] y = Samples.read(torch, s.keep(torch.call(QuantisationKernels.CODE_ROWS, q[0], new Tensor[] {q[1]}, NONE, s.units(book), 64L, 0L, 4L, 64L,
                        (long) DType.F32.torchCode()))[0]);
                for (int i = 0; i < x.length; i++) {
                    if (x[i] == 0 || Math.abs(x[i]) == 3) {
                        assertThat(y[i]).as("element %d", i).isEqualTo(x[i]);
                    }
                }
            }
        }
    }

    @Test
    void theDynamicCodeErrsAsPublished() {
        assertThat(roundTrip(CodeBooks.dynamicSigned(), 256, false)).isCloseTo(0.011, within(0.002));
        assertThat(roundTrip(CodeBooks.dynamicUnsigned(), 256, true)).isCloseTo(0.0064, within(0.0015));
    }

    @Test
    void aLastBlockMayBeShort() {
        try (Samples s = new Samples(torch, DType.F32, 6)) {
            Tensor x = s.real(1_000);
            Tensor book = s.floats(CodeBooks.dynamicSigned());
            Tensor[] q = s.keep(torch.run(QuantisationKernels.BLOCK_QUANTISE, x, book, 256L));
            double[] v = Samples.read(torch, x);
            double[] scales = Samples.read(torch, q[1]);
            assertThat(scales).hasSize(4);
            assertThat(scales[3]).isEqualTo(Arrays.stream(v, 768, 1_000).map(Math::abs).max().orElseThrow());
            Tensor back = s.real(1_000);
            torch.apply(QuantisationKernels.BLOCK_DEQUANTISE_INTO, back, q[0], q[1], book, 256L);
            assertThat(error(x, back)).isLessThan(0.02);
        }
    }

    private static Tensor normal(Samples s) {
        return s.tensor(DType.F32, i -> s.random.nextGaussian() * 0.02, ROWS, WIDTH);
    }

    private static Tensor rows(Samples s, Tensor codes, Tensor[] scales, Tensor[] zeros, float[] book, long block, long from, long to, DType type) {
        return s.keep(torch.call(QuantisationKernels.CODE_ROWS, codes, scales, zeros, s.units(book), block, from, to, (long) WIDTH, (long) type.torchCode()))[0];
    }

    private static double roundTrip(float[] levels, long block, boolean squared) {
        try (Samples s = new Samples(torch, DType.F32, 7)) {
            IntToDoubleFunction value = i -> {
                double z = s.random.nextGaussian();
                return squared ? z * z : z;
            };
            Tensor x = s.tensor(DType.F32, value, 1 << 17);
            Tensor book = s.floats(levels);
            Tensor[] q = s.keep(torch.run(QuantisationKernels.BLOCK_QUANTISE, x, book, block));
            Tensor back = s.tensor(DType.F32, i -> 0, 1 << 17);
            torch.apply(QuantisationKernels.BLOCK_DEQUANTISE_INTO, back, q[0], q[1], book, block);
            return error(x, back);
        }
    }

    private static double error(Tensor exact, Tensor found) {
        double[] x = Samples.read(torch, exact);
        double[] y = Samples.read(torch, found);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < x.length; i++) {
            difference += (x[i] - y[i]) * (x[i] - y[i]);
            size += x[i] * x[i];
        }
        return Math.sqrt(difference / size);
    }
}
