package headroom.engine.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import headroom.engine.compute.FloatProducts.Features;
import headroom.engine.memory.Ledger;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which library multiplies large float32 matrices, and that the kernels load with either. */
class FloatProductsTest {
    private static final Pattern METHOD = Pattern.compile("^  def (\\w+)\\(", Pattern.MULTILINE);
    private static final Optional<Features> ZEN = Optional.of(Features.of("vendor_id\t: AuthenticAMD\nflags\t\t: fpu avx2 avx512f avx512_bf16\n"));

    @Test
    void onlyAnAmdProcessorWithAvx512TakesOneDnnByItself() {
        assertThat(FloatProducts.choose("auto", "amd64", ZEN)).isEqualTo(FloatProducts.ONEDNN);
        assertThat(FloatProducts.choose("auto", "amd64", Optional.of(Features.of("vendor_id\t: AuthenticAMD\nflags\t\t: fpu avx2\n")))).isEqualTo(FloatProducts.LIBRARY);
        assertThat(FloatProducts.choose("auto", "amd64", Optional.of(Features.of("vendor_id\t: GenuineIntel\nflags\t\t: fpu avx2 avx512f\n")))).isEqualTo(FloatProducts.LIBRARY);
        assertThat(FloatProducts.choose("auto", "aarch64", Optional.empty())).isEqualTo(FloatProducts.LIBRARY);
    }

    @Test
    void aPersonMaySayOtherwise() {
        assertThat(FloatProducts.choose("off", "amd64", ZEN)).isEqualTo(FloatProducts.LIBRARY);
        assertThat(FloatProducts.choose(" On ", "amd64", Optional.empty())).isEqualTo(FloatProducts.ONEDNN);
        assertThatThrownBy(() -> FloatProducts.choose("yes", "amd64", ZEN)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("headroom.onednn is yes; expected auto, on or off");
    }

    /** The rest of the library calls either family by the same names. */
    @Test
    void bothFamiliesAnswerToTheSameCalls() {
        Set<String> plain = methods(FloatProducts.LIBRARY);
        Set<String> laid = methods(FloatProducts.ONEDNN);
        assertThat(laid).containsAll(plain);
        assertThat(laid.stream().filter(m -> !plain.contains(m))).containsExactly("as_image");
        assertThat(KernelLibrary.source(FloatProducts.LIBRARY, KernelLibrary.PROCESSOR)).doesNotContain("mkldnn");
    }

    @ParameterizedTest
    @EnumSource(FloatProducts.class)
    void theKernelsLoad(FloatProducts products) {
        TorchCompute.cpu(new Ledger()).close();
        try (PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch"); TorchKernels kernels = TorchKernels.load(manager, products)) {
            kernels.make("zeros", new long[] {2, 3}, (long) DType.F32.torchCode()).close();
        }
    }

    private static Set<String> methods(FloatProducts products) {
        return METHOD.matcher(KernelLibrary.source(products, KernelLibrary.PROCESSOR)).results().map(r -> r.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }
}
