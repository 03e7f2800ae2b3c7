package headroom.engine.compute.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Ledger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranges of integers that are searched for, against a search written out in float64. */
class IntegerFitTest {
    private static final int GROUPS = 12;
    private static final int GROUP = 32;
    private static TorchCompute torch;

    @BeforeAll
    static void open() {
        torch = TorchCompute.cpu(new Ledger());
    }

    @AfterAll
    static void close() {
        torch.close();
    }

    private static Object[] arguments(Tensor w, int bits, boolean symmetric, int candidates, double step, double power) {
        return new Object[] {w, (long) bits, (long) GROUP, symmetric, (long) DType.F32.torchCode(), (long) candidates, step, power};
    }

    private static double[] back(Samples s, Tensor[] q, int bits, boolean symmetric) {
        return Samples.read(torch, s.keep(torch.call(QuantisationKernels.CODE_ROWS, q[0], new Tensor[] {q[1]}, symmetric ? new Tensor[0] : new Tensor[] {q[2]},
                s.units(CodeBooks.integers(bits, symmetric)), (long) GROUP, 0L, (long) GROUPS, (long) GROUP, (long) DType.F32.torchCode()))[0]);
    }

    private static double error(double[] w, double[] v, int group, double power) {
        double sum = 0;
        for (int i = group * GROUP; i < (group + 1) * GROUP; i++) {
            sum += Math.pow(Math.abs(w[i] - v[i]), power);
        }
        return sum;
    }

    /** The least error of a group over all factors. */
    private static double least(double[] w, int group, int bits, boolean symmetric, int candidates, double step, double power) {
        double low = 0;
        double high = 0;
        double greatest = 0;
        for (int i = group * GROUP; i < (group + 1) * GROUP; i++) {
            low = Math.min(low, w[i]);
            high = Math.max(high, w[i]);
            greatest = Math.max(greatest, Math.abs(w[i]));
        }
        int half = 1 << bits - 1;
        double bottom = symmetric ? 1 - half : 0;
        double top = symmetric ? half - 1 : 2 * half - 1;
        double best = Double.MAX_VALUE;
        for (int k = 0; k < candidates; k++) {
            double scale = (symmetric ? greatest : high - low) / top * (1 - k * step);
            double zero = symmetric ? 0 : Math.clamp(Math.rint(-low * (1 - k * step) / scale), 0, top);
            double sum = 0;
            for (int i = group * GROUP; i < (group + 1) * GROUP; i++) {
                double v = (Math.clamp(Math.rint(w[i] / scale) + zero, bottom, top) - zero) * scale;
                sum += Math.pow(Math.abs(w[i] - v), power);
            }
            best = Math.min(best, sum);
        }
        return best;
    }

    @ParameterizedTest
    @CsvSource({"2,true,51,0.01,2", "2,false,51,0.01,2", "3,true,100,0.01,4", "3,false,100,0.01,4", "4,true,51,0.01,2", "4,false,100,0.01,4", "8,true,51,0.01,2"})
    void theFactorOfEveryGroupIsTheOneThatLeavesTheLeast(int bits, boolean symmetric, int candidates, double step, double power) {
        try (Samples s = new Samples(torch, DType.F32, 7)) {
            Tensor w = s.real(GROUPS, GROUP);
            double[] is = Samples.read(torch, w);
            double[] fitted = back(s, s.keep(torch.run(QuantisationKernels.INTEGER_FIT, arguments(w, bits, symmetric, candidates, step, power))), bits, symmetric);
            double[] plain = back(s, s.keep(torch.run(QuantisationKernels.INTEGER_QUANTISE, w, (long) bits, (long) GROUP, symmetric, (long) DType.F32.torchCode())), bits, symmetric);
            double saved = 0;
            for (int g = 0; g < GROUPS; g++) {
                double found = error(is, fitted, g, power);
                double whole = error(is, plain, g, power);
                assertThat(found).as("group %d", g).isCloseTo(least(is, g, bits, symmetric, candidates, step, power), within(1e-3 * whole)).isLessThanOrEqualTo(whole * (1 + 1e-6));
                saved += whole - found;
            }
            assertThat(bits == 8 || saved > 0).isTrue();
        }
    }

    @Test
    void oneFactorIsTheWholeRangeBitForBit() {
        try (Samples s = new Samples(torch, DType.F32, 8)) {
            Tensor w = s.real(GROUPS, GROUP);
            for (boolean symmetric : new boolean[] {true, false}) {
                Tensor[] one = s.keep(torch.run(QuantisationKernels.INTEGER_FIT, arguments(w, 4, symmetric, 1, 0.01, 2)));
                Tensor[] plain = s.keep(torch.run(QuantisationKernels.INTEGER_QUANTISE, w, 4L, (long) GROUP, symmetric, (long) DType.F32.torchCode()));
                for (int k = 0; k < plain.length; k++) {
                    assertThat(Samples.read(torch, one[k])).containsExactly(Samples.read(torch, plain[k]));
                }
            }
        }
    }

    @Test
    void aGroupOfZerosStaysZero() {
        try (Samples s = new Samples(torch, DType.F32, 9)) {
            Tensor w = s.tensor(DType.F32, i -> 0, GROUPS, GROUP);
            assertThat(back(s, s.keep(torch.run(QuantisationKernels.INTEGER_FIT, arguments(w, 3, false, 51, 0.01, 2))), 3, false)).containsOnly(0);
        }
    }
}
