package headroom.engine.compute.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Ledger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products large enough to be added to their bias: in bf16, whichever operation makes them, they are those of float64, rounded once. */
class BiasedProductsTest {
    @ParameterizedTest
    @CsvSource({"1024, 64, 64", "1031, 96, 200", "1023, 96, 200", "2048, 65, 131"})
    void aProductWithABiasIsRoundedOnce(long rows, long in, long out) {
        double[] exact = product(DType.F64, rows, in, out);
        double[] half = product(DType.BF16, rows, in, out);
        assertThat(half).hasSameSizeAs(exact);
        for (int i = 0; i < exact.length; i++) {
            // half a unit in the last of eight places, and what float32 sums leave
            assertThat(half[i]).as("element %d", i).isCloseTo(exact[i], within(Math.abs(exact[i]) / 255 + 1e-4));
        }
    }

    private static double[] product(DType dtype, long rows, long in, long out) {
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Samples s = new Samples(c, dtype, 13); Tensor y = c.call(LinearKernels.LINEAR_BIAS, s.real(rows, in), s.real(out, in), s.real(out))) {
            return Samples.read(c, y);
        }
    }
}
