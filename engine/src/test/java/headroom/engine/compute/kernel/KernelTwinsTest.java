package headroom.engine.compute.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.ArenaPlan;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A kernel that writes where it is told gives the bits of the one that makes its outputs, whatever lay there before. */
class KernelTwinsTest {
    private static final List<DType> TYPES = List.of(DType.F32, DType.F64, DType.BF16);
    private static TorchCompute made;
    private static TorchCompute told;

    @BeforeAll
    static void open() {
        made = TorchCompute.cpu(new Ledger());
        told = TorchCompute.cpu(new Ledger());
        told.reserve(ArenaPlan.room(1 << 27));
        told.enter("test");
        // whatever a twin reads before it writes is not a number
        try (Tensor t = told.zeros(Category.WORKSPACE, "garbage", DType.F32, Shape.of(1 << 25))) {
            told.apply(CoreKernels.FILL_INTO, t, Double.NaN);
        }
    }

    @AfterAll
    static void close() {
        made.close();
        told.close();
    }

    static Stream<Kernel> twins() {
        return KernelCatalog.all().stream().filter(Kernel::hasTwin);
    }

    static Stream<Kernel> makers() {
        return KernelCatalog.all().stream();
    }

    @Test
    void theHotPathHasTwins() {
        assertThat(twins().map(Kernel::name)).contains("linear", "linear_bias", "linear_dx", "linear_dw", "attention", "attention_dx", "layer_norm", "layer_norm_dx", "rms_norm", "rms_norm_dx",
                "gelu", "gelu_dx", "swiglu", "swiglu_dx", "add", "rope", "rope_dx", "embedding", "embedding_dw", "dropout", "cast", "cross_entropy_dx", "code_rows");
    }

    @ParameterizedTest
    @MethodSource("twins")
    void aTwinGivesTheSameBits(Kernel kernel) {
        for (DType dtype : TYPES) {
            List<ByteBuffer> expected = outputs(made, kernel, dtype);
            long adopted = told.arenaUse().orElseThrow().adopted();
            List<ByteBuffer> found = outputs(told, kernel, dtype);
            assertThat(told.arenaUse().orElseThrow().adopted()).as("bytes that libtorch made itself").isEqualTo(adopted);
            assertThat(found).as("%s", dtype).isEqualTo(expected);
        }
    }

    /** What a kernel gives must not lie in its arguments: their place is free for others when they are closed. */
    @ParameterizedTest
    @MethodSource("makers")
    void anOutputSharesNoMemoryWithAnArgument(Kernel kernel) {
        for (DType dtype : TYPES) {
            try (Samples s = new Samples(made, dtype, 9)) {
                Object[] args = Samples.all().get(kernel.name()).arguments(s);
                Tensor[] out = made.run(kernel, args);
                List<ByteBuffer> before = read(made, out);
                for (Object a : args) {
                    if (a instanceof Tensor t) {
                        made.apply(CoreKernels.FILL_INTO, t, 1.0);
                        made.apply(CoreKernels.FILL_INTO, t, 0.0);
                    }
                }
                assertThat(read(made, out)).as("%s", dtype).isEqualTo(before);
                for (Tensor t : out) {
                    t.close();
                }
            }
        }
    }

    private static List<ByteBuffer> outputs(TorchCompute c, Kernel kernel, DType dtype) {
        try (Samples s = new Samples(c, dtype, 7)) {
            return outputs(c, kernel, Samples.all().get(kernel.name()).arguments(s));
        }
    }

    /** Large enough that what is made in tiles is made in several. */
    @ParameterizedTest
    @MethodSource("tiled")
    void manyTilesGiveTheBitsOfOneCall(Kernel kernel) {
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            assertThat(large(told, kernel, dtype)).as("%s", dtype).isEqualTo(large(made, kernel, dtype));
        }
    }

    static Stream<Kernel> tiled() {
        return Stream.of(NormKernels.LAYER_NORM, NormKernels.LAYER_NORM_DX, AttentionKernels.ATTENTION, AttentionKernels.ATTENTION_DX, CrossAttentionKernels.CROSS_ATTENTION, CrossAttentionKernels.CROSS_ATTENTION_DX,
                EmbeddingKernels.EMBEDDING_DW, LinearKernels.LINEAR_BIAS, LinearKernels.LINEAR_DW, ElementwiseKernels.GELU_DX);
    }

    private static List<ByteBuffer> large(TorchCompute c, Kernel kernel, DType dtype) {
        long rows = 9;
        long length = 128;
        long n = rows * length;
        long d = 384;
        long heads = 12;
        try (Samples s = new Samples(c, dtype, 21)) {
            Object[] args = switch (kernel.name()) {
                case "layer_norm" -> s.args(s.real(n, d), s.real(d), s.real(d), 1e-5);
                case "layer_norm_dx" -> s.args(s.real(n, d), s.real(n, d), s.real(d), s.wide(n), s.positive(n));
                case "attention" -> s.args(s.real(n, d), s.real(n, d), s.real(n, d), s.lengths(128, 5, 90, 128, 77, 1, 128, 64, 100), heads, heads, false);
                case "attention_dx" -> s.args(s.real(n, d), s.real(n, d), s.real(n, d), s.real(n, d), s.real(n, d), s.wide(rows, heads, length), s.lengths(128, 5, 90, 128, 77, 1, 128, 64, 100), heads, heads, false);
                case "cross_attention" -> s.args(s.real(n, d), s.real(20, d), s.real(20, d), heads, heads);
                case "cross_attention_dx" -> s.args(s.real(n, d), s.real(n, d), s.real(20, d), s.real(20, d), s.real(n, d), s.wide(rows, heads, length), heads, heads);
                case "embedding_dw" -> s.args(s.real(n, d), s.ids(30_000, (int) n), 30_000L);
                case "linear_bias" -> s.args(s.real(n, d), s.real(1000, d), s.real(1000));
                case "linear_dw" -> s.args(s.real(n, 1000), s.real(n, d));
                default -> s.args(s.real(n, d), s.real(n, d));
            };
            return outputs(c, kernel, args);
        }
    }

    private static List<ByteBuffer> outputs(TorchCompute c, Kernel kernel, Object[] args) {
        Tensor[] out = c.run(kernel, args);
        List<ByteBuffer> all = read(c, out);
        for (Tensor t : out) {
            t.close();
        }
        return all;
    }

    private static List<ByteBuffer> read(TorchCompute c, Tensor[] tensors) {
        List<ByteBuffer> all = new ArrayList<>();
        for (Tensor t : tensors) {
            ByteBuffer b = c.download(t);
            // the binding may hand out its own memory
            all.add(ByteBuffer.allocate(b.remaining()).put(b).rewind());
        }
        return all;
    }
}
