package headroom.engine.train;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.memory.ArenaPlan;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Methods;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.TensorMemory;
import headroom.engine.recipe.data.DeviceBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A process of its own that trains a few steps and prints what the ledger says and how far the process has grown: {@code ledger peak}, {@code in all} and {@code growth} in bytes. Run
 * with a fixed, touched Java heap and an allocator that gives freed memory back, so that growth is the tensors' and nothing else.
 */
final class GrowthAudit {
    private static final String CONFIG = """
            {"model_type":"bert","vocab_size":30522,"hidden_size":384,"num_hidden_layers":6,"num_attention_heads":12,"intermediate_size":1536,"max_position_embeddings":512,"type_vocab_size":2}""";
    private static final String TINY = """
            {"model_type":"bert","vocab_size":128,"hidden_size":32,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":64,"max_position_embeddings":64,"type_vocab_size":2}""";

    /** @param inAll bytes of the arena and of all that lies outside it at once; the peak where there is none */
    private record Held(long peak, long inAll) {}

    private GrowthAudit() {}

    /** @param args method, compute type, rows, length, and further settings as key=value */
    public static void main(String[] args) throws IOException {
        int rows = Integer.parseInt(args[2]);
        int length = Integer.parseInt(args[3]);
        Map<String, String> settings = new HashMap<>(Map.of("compute", args[1], "batch", args[2], "length", args[3]));
        Arrays.stream(args).skip(4).filter(a -> !a.isBlank()).map(a -> a.split("=")).forEach(a -> settings.put(a[0], a[1]));
        Recipe recipe = Methods.recipe(args[0], settings);
        settings.putAll(Map.of("batch", "4", "length", "32"));
        // a small run first: libraries, thread pools and kernels are loaded, and are not the run's
        train(HuggingFaceConfig.parse("tiny", TINY), Methods.recipe(args[0], settings), new Batch.Shape(4, 32));
        long before = kilobytes("VmRSS");
        Held held = train(HuggingFaceConfig.parse("minilm", CONFIG), recipe, new Batch.Shape(rows, length));
        System.out.println("ledger peak " + held.peak());
        System.out.println("in all " + held.inAll());
        System.out.println("growth " + (kilobytes("VmHWM") - before) * 1024);
    }

    private static Held train(ModelConfig config, Recipe recipe, Batch.Shape shape) {
        Ledger ledger = new Ledger();
        Assembly.ModelMaker maker = (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 1), 0);
        Assembly.Task task = new Assembly.Task.Classification(2);
        ArenaPlan arena = recipe.memory() == TensorMemory.ALLOCATOR ? null : Rehearsal.arena(recipe, maker, task, 1, 10,
                List.of(new Rehearsal.Occasion(0, true, shape), new Rehearsal.Occasion(1, true, shape)));
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe, maker, task, 1, 10)) {
            if (arena != null) {
                c.reserve(arena);
            }
            for (int step = 0; step < 3; step++) {
                c.enter(a.kind(step, shape));
                List<DeviceBatch> batch = List.of(DeviceBatch.upload(c, shape.rows(), shape.length(), false, () -> filled(shape.rows() * shape.length(), 7),
                        () -> filled(shape.rows(), shape.length()), () -> filled(shape.rows(), 1), () -> shares(shape.rows())));
                a.step(step, batch);
                batch.forEach(DeviceBatch::close);
                c.leave();
            }
        }
        return new Held(ledger.peak().bytes(), arena == null ? ledger.peak().bytes() : arena.bytes() + arena.outside());
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

    private static long kilobytes(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(l -> l.startsWith(field + ":")).map(l -> l.replaceAll("[^0-9]", "")).mapToLong(Long::parseLong).findFirst()
                .orElseThrow();
    }
}
