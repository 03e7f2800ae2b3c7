package headroom.tests.bench;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.AttentionKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.NormKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One call of the kernels that a step of MiniLM spends its time in: 32 rows of 128 tokens, 384 wide, twelve heads, 1,536 within the feed-forward layer. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 3, time = 1)
public class KernelBenchmark {
    private static final long ROWS = 32;
    private static final long N = ROWS * 128;
    private static final long D = 384;
    private static final long INNER = 1536;
    private static final long HEADS = 12;

    @Param({"linear_bias", "linear_dx", "linear_dw", "attention", "attention_dx", "layer_norm", "gelu", "gelu_dx"})
    private String kernel;

    @Param({"F32", "BF16"})
    private DType dtype;

    private final List<Tensor> made = new ArrayList<>();
    private TorchCompute torch;
    private Kernel called;
    private Object[] arguments;

    @Setup
    public void make() {
        torch = TorchCompute.cpu(new Ledger());
        switch (kernel) {
            case "linear_bias" -> set(LinearKernels.LINEAR_BIAS, real(N, D), real(INNER, D), real(INNER));
            case "linear_dx" -> set(LinearKernels.LINEAR_DX, real(N, INNER), real(INNER, D));
            case "linear_dw" -> set(LinearKernels.LINEAR_DW, real(N, INNER), real(N, D));
            case "attention" -> set(AttentionKernels.ATTENTION, real(N, D), real(N, D), real(N, D), lengths(), HEADS, HEADS, false);
            case "attention_dx" -> {
                Tensor[] qkv = {real(N, D), real(N, D), real(N, D)};
                Tensor lengths = lengths();
                Tensor[] y = torch.run(AttentionKernels.ATTENTION, qkv[0], qkv[1], qkv[2], lengths, HEADS, HEADS, false);
                made.addAll(List.of(y));
                set(AttentionKernels.ATTENTION_DX, real(N, D), qkv[0], qkv[1], qkv[2], y[0], y[1], lengths, HEADS, HEADS, false);
            }
            case "layer_norm" -> set(NormKernels.LAYER_NORM, real(N, D), real(D), real(D), 1e-12);
            case "gelu" -> set(ElementwiseKernels.GELU, real(N, INNER));
            case "gelu_dx" -> set(ElementwiseKernels.GELU_DX, real(N, INNER), real(N, INNER));
            default -> throw new IllegalArgumentException("no call of " + kernel + " is written here");
        }
    }

    private void set(Kernel k, Object... args) {
        called = k;
        arguments = args;
    }

    private Tensor real(long... dims) {
        Tensor t = torch.zeros(Category.WORKSPACE, "benchmark", dtype, Shape.of(dims));
        torch.apply(RandomKernels.ADD_NORMAL_INTO, t, 5L + made.size(), 0L, 0.1);
        made.add(t);
        return t;
    }

    private Tensor lengths() {
        Tensor t = torch.upload(Category.DATA, "benchmark", DType.I64, Shape.of(ROWS), () -> {
            ByteBuffer b = ByteBuffer.allocate((int) ROWS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (long i = 0; i < ROWS; i++) {
                b.putLong(N / ROWS);
            }
            return b.flip();
        });
        made.add(t);
        return t;
    }

    @Benchmark
    public void call() {
        Arrays.stream(torch.run(called, arguments)).forEach(Tensor::close);
    }

    @TearDown
    public void close() {
        made.forEach(Tensor::close);
        made.clear();
        torch.close();
    }
}
