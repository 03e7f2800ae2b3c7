package headroom.engine.compute.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.ArenaPlan;
import headroom.engine.memory.Ledger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products large enough to be laid out anew: the values of float64, and in every form the same bits. Extents are no multiples of what registers hold. */
class LargeProductsTest {
    private static final int N = 1003;
    private static final int IN = 130;
    private static final int OUT = 197;

    @ParameterizedTest
    @ValueSource(strings = {"linear", "linear_bias", "linear_into", "linear_acc", "linear_dx", "linear_dx_acc", "linear_columns_acc", "linear_columns_dx_acc", "linear_dw", "linear_dw_rows", "linear_dw_acc",
            "linear_dw_rows_acc"})
    void singlePrecisionIsThatOfFloat64(String name) {
        Kernel kernel = KernelCatalog.all().stream().filter(k -> k.name().equals(name)).findFirst().orElseThrow();
        try (TorchCompute made = TorchCompute.cpu(new Ledger()); TorchCompute told = TorchCompute.cpu(new Ledger())) {
            told.reserve(ArenaPlan.room(1 << 26));
            told.enter("test");
            List<double[]> exact = values(made, kernel, DType.F64);
            List<double[]> single = values(made, kernel, DType.F32);
            assertThat(single).usingRecursiveComparison().isEqualTo(values(told, kernel, DType.F32));
            for (int k = 0; k < exact.size(); k++) {
                double error = 0;
                double size = 0;
                for (int i = 0; i < exact.get(k).length; i++) {
                    error = Math.max(error, Math.abs(exact.get(k)[i] - single.get(k)[i]));
                    size = Math.max(size, Math.abs(exact.get(k)[i]));
                }
                assertThat(error / size).as("result %d", k).isLessThan(1e-5);
            }
        }
    }

    private static List<double[]> values(TorchCompute c, Kernel kernel, DType dtype) {
        List<double[]> all = new ArrayList<>();
        try (Samples s = new Samples(c, dtype, 31)) {
            Object[] args = arguments(s, kernel.name());
            for (Tensor t : c.run(kernel, args)) {
                all.add(Samples.read(c, t));
                t.close();
            }
            all.add(Samples.read(c, (Tensor) args[0]));
        }
        return all;
    }

    private static Object[] arguments(Samples s, String name) {
        return switch (name) {
            case "linear" -> s.args(s.real(N, IN), s.real(OUT, IN));
            case "linear_bias" -> s.args(s.real(N, IN), s.real(OUT, IN), s.real(OUT));
            case "linear_into" -> s.args(s.real(N, OUT), s.real(N, IN), s.real(OUT, IN));
            case "linear_acc" -> s.args(s.real(N, OUT), s.real(N, IN), s.real(OUT, IN), 1.0);
            case "linear_dx" -> s.args(s.real(N, OUT), s.real(OUT, IN));
            case "linear_dx_acc" -> s.args(s.real(N, IN), s.real(N, OUT), s.real(OUT, IN), 1.0);
            case "linear_columns_acc" -> s.args(s.real(N, 3 + OUT), s.real(N, IN), s.real(OUT, IN), 2L);
            case "linear_columns_dx_acc" -> s.args(s.real(N, IN), s.real(N, 3 + OUT), s.real(OUT, IN), 2L);
            case "linear_dw" -> s.args(s.real(12 * N, OUT), s.real(12 * N, IN));
            case "linear_dw_rows" -> s.args(s.real(N, 3 + OUT), s.real(N, IN), 2L, 2L + OUT);
            case "linear_dw_acc" -> s.args(s.wide(OUT, IN), s.real(N, OUT), s.real(N, IN), 0.5);
            default -> s.args(s.wide(IN, OUT), s.real(N, 3 + IN), s.real(N, OUT), 2L, 2L + IN, 0.5);
        };
    }
}
