package headroom.tests.bench;

import headroom.engine.compute.MeteredCompute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the time of a training step goes: seconds of each kernel, its share of the step, and beside it the least that its bytes take at the speed of a copy in the same process. What
 * stands far above that (and is no product) is worth a look; what the kernels leave is the host's.
 *
 * <p>{@code mvn -pl tests -am -Prate -DskipTests verify -Drate.main=headroom.tests.bench.KernelShares -Drate.args="minilm full f32 32 128 5"}; the first argument is {@code minilm}
 * or {@code smollm:LAYERS}, what follows the rounds are settings ({@code rank=16}).
 */
public final class KernelShares {
    private static final String MINILM = """
            {"model_type":"bert","vocab_size":30522,"hidden_size":384,"num_hidden_layers":6,"num_attention_heads":12,"intermediate_size":1536,"max_position_embeddings":512,"type_vocab_size":2}""";
    private static final String SMOLLM = """
            {"model_type":"llama","vocab_size":49152,"hidden_size":576,"num_hidden_layers":%s,"num_attention_heads":9,"num_key_value_heads":3,"intermediate_size":1536,"max_position_embeddings":2048,"rms_norm_eps":1e-5,"rope_theta":10000.0,"tie_word_embeddings":true,"hidden_act":"silu"}""";

    private KernelShares() {}

    /** @param args model, method, compute type, rows, length, rounds, settings */
    public static void main(String[] args) {
        boolean encoder = args[0].equals("minilm");
        int rows = Integer.parseInt(args[3]);
        int length = Integer.parseInt(args[4]);
        int rounds = Integer.parseInt(args[5]);
        ModelConfig config = HuggingFaceConfig.parse(args[0], encoder ? MINILM : SMOLLM.formatted(args[0].substring(args[0].indexOf(':') + 1)));
        Map<String, String> settings = new LinkedHashMap<>(Map.of("compute", args[2], "batch", args[3], "length", args[4]));
        Arrays.stream(args).skip(6).forEach(s -> settings.put(s.substring(0, s.indexOf('=')), s.substring(s.indexOf('=') + 1)));
        var recipe = Methods.recipe(args[1], settings);
        Assembly.ModelMaker maker = (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 1), 0);
        Assembly.Task task = encoder ? new Assembly.Task.Classification(2) : new Assembly.Task.LanguageModelling();
        try (MeteredCompute c = new MeteredCompute(new Ledger()); Assembly a = new Assembly(c, recipe, maker, task, 1, 1000)) {
            int units = encoder ? rows : rows * length;
            List<DeviceBatch> batch = List.of(DeviceBatch.upload(c, rows, length, !encoder, () -> ids(rows * length, 30_000), () -> filled(rows, length),
                    () -> ids(units, encoder ? 2 : 30_000), () -> shares(units)));
            for (int i = 0; i < 2; i++) {
                a.step(i, batch);
            }
            double copied = bytesPerSecond(c);
            c.clear();
            double[] step = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                long begin = System.nanoTime();
                a.step(2 + i, batch);
                step[i] = (System.nanoTime() - begin) * 1e-9;
            }
            print(String.join(" ", args), step, copied, c.meters());
            batch.forEach(DeviceBatch::close);
        }
    }

    private static void print(String title, double[] step, double copied, Map<String, MeteredCompute.Meter> meters) {
        double all = Arrays.stream(step).sum();
        int rounds = step.length;
        System.out.printf("%s: %d steps of %.1f ms (mean); a copy moves %.1f GB/s%n", title, rounds, all / rounds * 1e3, copied * 1e-9);
        System.out.printf("%-24s %7s %9s %7s %12s %9s%n", "kernel", "calls", "ms/step", "share", "at copy's ms", "GFLOP/s");
        meters.entrySet().stream().sorted(Comparator.comparingDouble(e -> -e.getValue().seconds())).forEach(e -> {
            MeteredCompute.Meter m = e.getValue();
            System.out.printf("%-24s %7d %9.2f %6.1f%% %12.2f %9.1f%n", e.getKey(), m.calls() / rounds, m.seconds() / rounds * 1e3, 100 * m.seconds() / all,
                    m.bytes() / copied / rounds * 1e3, m.flops() / m.seconds() * 1e-9);
        });
        double kernels = meters.values().stream().mapToDouble(MeteredCompute.Meter::seconds).sum();
        System.out.printf("%-24s %7s %9.2f %6.1f%%%n", "outside kernels", "", (all - kernels) / rounds * 1e3, 100 * (all - kernels) / all);
    }

    /** Bytes read and written by a copy of 128 MiB, the best of a few. */
    private static double bytesPerSecond(MeteredCompute c) {
        double best = 0;
        Shape shape = Shape.of(32, 1 << 20);
        try (Tensor x = c.zeros(Category.WORKSPACE, "copy", DType.F32, shape); Tensor y = c.zeros(Category.WORKSPACE, "copy", DType.F32, shape)) {
            for (int i = 0; i < 5; i++) {
                long begin = System.nanoTime();
                c.apply(CoreKernels.COPY_INTO, y, x);
                best = Math.max(best, 2.0 * x.bytes() / ((System.nanoTime() - begin) * 1e-9));
            }
        }
        return best;
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
