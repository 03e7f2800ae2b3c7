package headroom.engine.compute.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.DryCompute;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel on random arguments: what comes out is what its rule said, on both machines, and does not depend on the type beyond its rounding. */
class KernelRulesTest {
    private static final Ledger LEDGER = new Ledger();
    private static TorchCompute torch;

    @BeforeAll
    static void open() {
        torch = TorchCompute.cpu(LEDGER);
    }

    @AfterAll
    static void close() {
        torch.close();
        assertThat(LEDGER.total()).as("bytes that no test gave back").isZero();
    }

    static Stream<Kernel> kernels() {
        return KernelCatalog.all().stream();
    }

    @Test
    void everyKernelHasSamplesAndNoNameTwice() {
        List<String> names = kernels().map(Kernel::name).toList();
        assertThat(names).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(Samples.all().keySet());
    }

    /** The machine that computes throws where a real output has another shape or type than the rule promised. */
    @ParameterizedTest
    @MethodSource("kernels")
    void theRuleHoldsInEveryFloatingType(Kernel kernel) {
        for (DType dtype : List.of(DType.F32, DType.F64, DType.BF16)) {
            outputs(kernel, dtype, 3);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void bothMachinesBookTheSamePeak(Kernel kernel) {
        Map<String, Samples.Maker> makers = Samples.all();
        Ledger real = new Ledger();
        Ledger dry = new Ledger();
        try (TorchCompute t = TorchCompute.cpu(real); DryCompute d = new DryCompute(dry)) {
            for (var c : List.of(t, d)) {
                try (Samples s = new Samples(c, DType.BF16, 5)) {
                    for (Tensor x : c.run(kernel, makers.get(kernel.name()).arguments(s))) {
                        x.close();
                    }
                }
            }
        }
        assertThat(dry.peak().bytes()).isEqualTo(real.peak().bytes()).isPositive();
        assertThat(real.total()).isZero();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void narrowTypesAgreeWithFloat64(Kernel kernel) {
        if (Samples.DISCRETE.contains(kernel.name())) {
            return;
        }
        List<double[]> exact = outputs(kernel, DType.F64, 4);
        List<double[]> single = outputs(kernel, DType.F32, 4);
        List<double[]> half = outputs(kernel, DType.BF16, 4);
        for (int k = 0; k < exact.size(); k++) {
            double scale = Math.max(1e-3, norm(exact.get(k)));
            assertThat(distance(exact.get(k), single.get(k)) / scale).as("float32, output %d", k).isLessThan(1e-5);
            assertThat(distance(exact.get(k), half.get(k)) / scale).as("bf16, output %d", k).isLessThan(0.02);
        }
    }

    /** A compiler may drop a call whose result nobody reads; a kernel that only writes must still write. */
    @ParameterizedTest
    @MethodSource("kernels")
    void aKernelWithoutOutputsWritesItsFirstArgument(Kernel kernel) {
        try (Samples s = new Samples(torch, DType.F32, 8)) {
            Object[] args = Samples.all().get(kernel.name()).arguments(s);
            double[] before = args[0] instanceof Tensor t ? Samples.read(torch, t) : new double[0];
            Tensor[] out = torch.run(kernel, args);
            for (Tensor t : out) {
                t.close();
            }
            if (out.length == 0) {
                assertThat(Samples.read(torch, (Tensor) args[0])).isNotEqualTo(before);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void aCallRepeatsBitForBit(Kernel kernel) {
        List<double[]> once = outputs(kernel, DType.F32, 6);
        List<double[]> again = outputs(kernel, DType.F32, 6);
        for (int k = 0; k < once.size(); k++) {
            assertThat(again.get(k)).containsExactly(once.get(k), within(0.0));
        }
    }

    /** Outputs and then every argument, which shows what was written in place. */
    private static List<double[]> outputs(Kernel kernel, DType dtype, long seed) {
        List<double[]> all = new ArrayList<>();
        try (Samples s = new Samples(torch, dtype, seed)) {
            Object[] args = Samples.all().get(kernel.name()).arguments(s);
            for (Tensor t : torch.run(kernel, args)) {
                all.add(Samples.read(torch, t));
                t.close();
            }
            for (Object a : args) {
                if (a instanceof Tensor t) {
                    all.add(Samples.read(torch, t));
                }
            }
        }
        return all;
    }

    private static double norm(double[] x) {
        return distance(x, new double[x.length]);
    }

    private static double distance(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (x[i] - y[i]) * (x[i] - y[i]);
        }
        return Math.sqrt(sum / Math.max(1, x.length));
    }
}
