package headroom.engine.compute;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import headroom.engine.memory.Ledger;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernels as a card gets them, packed for the processor's own device so that they can run here. */
class CardKernelsTest {
    private static final Pattern MADE_ANYWHERE = Pattern.compile("torch\\.(empty|zeros|ones|full|arange|linspace|eye|tensor|rand|randn|randint|randperm)\\((?:[^()]|\\((?:[^()]|\\([^()]*\\))*\\))*\\)");
    private static final int BATCH = 3;
    private static final int LENGTH = 7;
    private static final int WIDTH = 4;

    private static PtNDManager manager;
    private static TorchKernels here;
    private static TorchKernels card;

    @BeforeAll
    static void load() {
        TorchCompute.cpu(new Ledger()).close();
        manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        here = TorchKernels.load(manager, FloatProducts.LIBRARY);
        card = TorchKernels.load(manager, FloatProducts.LIBRARY, "cpu");
    }

    @AfterAll
    static void close() {
        here.close();
        card.close();
        manager.close();
    }

    @Test
    void everyTensorThatAKernelMakesOfNothingLiesOnTheCard() {
        String source = KernelLibrary.source(FloatProducts.LIBRARY, "cuda:0");
        assertThat(MADE_ANYWHERE.matcher(source).results().map(r -> r.group()).filter(call -> !call.contains("device="))).isEmpty();
        assertThat(source).contains("torch.zeros(dims, dtype=dtype, device=torch.device(\"cuda:0\"))").doesNotContain("for_cpu").doesNotContain("mkldnn");
        assertThat(KernelLibrary.source(FloatProducts.LIBRARY, KernelLibrary.PROCESSOR)).contains("torch.zeros(dims, dtype=dtype)").contains("for_cpu");
    }

    @ParameterizedTest
    @CsvSource({"2, 2, true", "2, 2, false", "6, 2, true", "6, 2, false"})
    void attentionIsTheSameOnACard(int heads, int keyHeads, boolean causal) {
        PtNDArray q = drawn(BATCH * LENGTH, heads * WIDTH, 1);
        PtNDArray k = drawn(BATCH * LENGTH, keyHeads * WIDTH, 2);
        PtNDArray v = drawn(BATCH * LENGTH, keyHeads * WIDTH, 3);
        PtNDArray dout = drawn(BATCH * LENGTH, heads * WIDTH, 4);
        PtNDArray lengths = (PtNDArray) manager.create(new long[] {LENGTH, 5, 1});
        PtNDArray[] forward = same("attention", q, k, v, lengths, (long) heads, (long) keyHeads, causal);
        same("attention_dx", dout, q, k, v, forward[0], forward[1], lengths, (long) heads, (long) keyHeads, causal);
    }

    @ParameterizedTest
    @CsvSource({"2, 2", "6, 2"})
    void attentionToKeysThatABatchSharesIsTheSameOnACard(int heads, int keyHeads) {
        PtNDArray q = drawn(BATCH * LENGTH, heads * WIDTH, 1);
        PtNDArray k = drawn(5, keyHeads * WIDTH, 2);
        PtNDArray v = drawn(5, keyHeads * WIDTH, 3);
        same("cross_attention", q, k, v, (long) heads, (long) keyHeads);
    }

    private static PtNDArray[] same(String method, Object... args) {
        PtNDArray[] expected = tensors(here, method, args);
        PtNDArray[] actual = tensors(card, method, args);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i].getShape()).isEqualTo(expected[i].getShape());
            assertThat(actual[i].toFloatArray()).as("output %d of %s", i, method).containsExactly(expected[i].toFloatArray(), org.assertj.core.data.Offset.offset(2e-6f));
        }
        return expected;
    }

    private static PtNDArray[] tensors(TorchKernels kernels, String method, Object... args) {
        try (IValue out = kernels.call(method, args)) {
            IValue[] parts = out.toIValueTuple();
            PtNDArray[] arrays = new PtNDArray[parts.length];
            for (int i = 0; i < parts.length; i++) {
                arrays[i] = parts[i].toTensor(manager);
                parts[i].close();
            }
            return arrays;
        }
    }

    private static PtNDArray drawn(int rows, int columns, long seed) {
        Random random = new Random(seed);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return (PtNDArray) manager.create(values, new ai.djl.ndarray.types.Shape(rows, columns));
    }
}
