package headroom.tests.bench;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Methods;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.data.DeviceBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How fast a whole training step of MiniLM's shape is, as a share of the matrix-product rate of the same process: steps and products take turns, so that a busy moment of
 * the machine touches both. Prints tokens per second, GFLOP/s and the share.
 *
 * <p>{@code mvn -pl tests -am -Prate -DskipTests verify [-Drate.args="full f32 32 128 10"]}; run with and without the allocator that the launcher preloads.
 */
public final class TrainingRate {
    private static final String MINILM = """
            {"model_type":"bert","vocab_size":30522,"hidden_size":384,"num_hidden_layers":6,"num_attention_heads":12,"intermediate_size":1536,"max_position_embeddings":512,"type_vocab_size":2}""";

    private TrainingRate() {}

    /** @param args method, compute type, rows, length, rounds */
    public static void main(String[] args) {
        String method = args.length > 0 ? args[0] : "full";
        String compute = args.length > 1 ? args[1] : "f32";
        int rows = args.length > 2 ? Integer.parseInt(args[2]) : 32;
        int length = args.length > 3 ? Integer.parseInt(args[3]) : 128;
        int rounds = args.length > 4 ? Integer.parseInt(args[4]) : 10;
        ModelConfig config = HuggingFaceConfig.parse("minilm", MINILM);
        var recipe = Methods.recipe(method, Map.of("compute", compute, "batch", Integer.toString(rows), "length", Integer.toString(length)));
        Ledger ledger = new Ledger();
        Assembly.ModelMaker maker = (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 1), 0);
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe, maker, new Assembly.Task.Classification(2), 1, 1000)) {
            List<DeviceBatch> batch = List.of(DeviceBatch.upload(c, rows, length, false, () -> ids(rows * length), () -> filled(rows, length), () -> ids(rows, 2), () -> shares(rows)));
            DType dtype = recipe.compute().dtype();
            try (Products products = new Products(c, dtype, (long) rows * length)) {
                for (int i = 0; i < 3; i++) {
                    a.step(i, batch);
                    products.run();
                }
                double[] step = new double[rounds];
                double[] rate = new double[rounds];
                long flops = c.flops();
                a.step(3, batch);
                flops = c.flops() - flops;
                for (int i = 0; i < rounds; i++) {
                    long begin = System.nanoTime();
                    a.step(4 + i, batch);
                    step[i] = (System.nanoTime() - begin) * 1e-9;
                    rate[i] = products.run();
                }
                Arrays.sort(step);
                Arrays.sort(rate);
                double seconds = step[rounds / 2];
                double productRate = rate[rounds / 2];
                double productFlops = products.flops();
                System.out.printf("%s %s, %s, %d x %d, allocator %s%n", "MiniLM", method, compute, rows, length,
                        System.getenv("LD_PRELOAD") == null || System.getenv("LD_PRELOAD").isEmpty() ? "system" : "preloaded");
                System.out.printf("step %.0f ms (median of %d), %.0f tokens/s%n", seconds * 1e3, rounds, rows * length / seconds);
                System.out.printf("matrix products of the step %.0f GFLOP, all kernels %.0f GFLOP%n", productFlops * 1e-9, flops * 1e-9);
                System.out.printf("step rate %.1f GFLOP/s, product rate %.1f GFLOP/s, share %.1f %%%n", productFlops / seconds * 1e-9, productRate * 1e-9, 100 * productFlops / seconds / productRate);
                System.out.printf("ledger peak %.2f GiB%n", ledger.peak().bytes() / (double) (1 << 30));
            }
            batch.forEach(DeviceBatch::close);
        }
    }

    /** The matrix products of one training step, forward, input gradient and weight gradient of every linear site, and nothing else. */
    private static final class Products implements AutoCloseable {
        private static final int[][] SITES = {{384, 384}, {384, 384}, {384, 384}, {384, 384}, {1536, 384}, {384, 1536}};
        private final Compute c;
        private final long n;
        private final Tensor x384;
        private final Tensor x1536;
        private final Tensor[] weights = new Tensor[SITES.length];

        Products(Compute c, DType dtype, long n) {
            this.c = c;
            this.n = n;
            x384 = random(dtype, n, 384);
            x1536 = random(dtype, n, 1536);
            for (int i = 0; i < SITES.length; i++) {
                weights[i] = random(dtype, SITES[i][0], SITES[i][1]);
            }
        }

        private Tensor random(DType dtype, long rows, long columns) {
            Tensor t = c.zeros(Category.WORKSPACE, "products", dtype, Shape.of(rows, columns));
            c.apply(RandomKernels.ADD_NORMAL_INTO, t, 5L, 0L, 0.1);
            return t;
        }

        /** FLOPs of the step's products: six layers, each site three times. */
        double flops() {
            double sum = 0;
            for (int[] s : SITES) {
                sum += 3.0 * 2 * n * s[0] * s[1];
            }
            return 6 * sum;
        }

        /** Runs the products of one layer twice, into memory that is there already, and returns FLOP/s. */
        double run() {
            long begin = System.nanoTime();
            for (int repeat = 0; repeat < 2; repeat++) {
                for (int i = 0; i < SITES.length; i++) {
                    Tensor x = SITES[i][1] == 384 ? x384 : x1536;
                    Tensor dy = SITES[i][0] == 384 ? x384 : x1536;
                    c.call(LinearKernels.LINEAR, x, weights[i]).close();
                    c.call(LinearKernels.LINEAR_DX, dy, weights[i]).close();
                    c.call(LinearKernels.LINEAR_DW, dy, x).close();
                }
            }
            return flops() / 6 * 2 / ((System.nanoTime() - begin) * 1e-9);
        }

        @Override
        public void close() {
            x384.close();
            x1536.close();
            for (Tensor w : weights) {
                w.close();
            }
        }
    }

    private static int[] ids(int n) {
        return ids(n, 30_000);
    }

    private static int[] ids(int n, int bound) {
        int[] out = new int[n];
        for (int i = 0; i < n; i++) {
            out[i] = (int) ((i * 2_654_435_761L >>> 7) % bound);
        }
        return out;
    }

    private static int[] filled(int n, int value) {
        int[] out = new int[n];
        Arrays.fill(out, value);
        return out;
    }

    private static float[] shares(int n) {
        float[] out = new float[n];
        Arrays.fill(out, 1f / n);
        return out;
    }
}
