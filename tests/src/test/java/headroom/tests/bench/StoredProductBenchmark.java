package headroom.tests.bench;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.WeightPresets;
import headroom.engine.recipe.weights.WeightStores;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Linear;
import headroom.engine.tape.ops.WeightSource;
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

/** The product of 512 rows with a stored matrix of 2,048 by 2,048, by the rows of it that are decoded at a time. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 3, time = 1)
public class StoredProductBenchmark {
    private static final long WIDTH = 2048;

    @Param({"dense", "fp16", "nf4", "int2"})
    private String weights;

    @Param({"0", "64", "512"})
    private int tile;

    @Param({"F32", "BF16"})
    private DType compute;

    private TorchCompute torch;
    private WeightStores stores;
    private WeightSource weight;
    private Tensor x;

    @Setup
    public void store() {
        torch = TorchCompute.cpu(new Ledger());
        stores = WeightStores.open(torch, WeightPresets.of(weights).withTile(tile), compute, 1);
        weight = stores.store(torch, "decoder.0.mlp.up", WIDTH, WIDTH, () -> normal(WIDTH, 0.02));
        x = normal(512, 1);
    }

    private Tensor normal(long rows, double deviation) {
        Tensor t = torch.zeros(Category.WORKSPACE, "benchmark", compute, Shape.of(rows, WIDTH));
        torch.apply(RandomKernels.ADD_NORMAL_INTO, t, 5L, 0L, deviation);
        return t;
    }

    @TearDown
    public void close() {
        x.close();
        weight.close();
        stores.close();
        torch.close();
    }

    @Benchmark
    public void forward() {
        Pass pass = Pass.untaped(torch);
        Value in = pass.constant(x.retain());
        Value y = pass.apply(new Linear(weight, null), in);
        y.release();
        in.release();
    }
}
