package headroom.tests.bench;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.memory.Arena;
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
import headroom.engine.recipe.data.DeviceBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the arena does for a training step: tokens per second and page faults with and without it, in steps that take turns; or, for one of the two alone, how far the process
 * grows. Prints how much of the storage was planned, used and passed by.
 *
 * <p>{@code mvn -pl tests -am -Prate …} runs it as {@link TrainingRate} is run; arguments: model (minilm or smol), method, compute type, rows, length, rounds, and one of
 * turns, on, off; further ones are settings as key=value. Run with and without the allocator that the launcher preloads.
 */
public final class ArenaRate {
    private static final Map<String, String> MODELS = Map.of("minilm", """
            {"model_type":"bert","vocab_size":30522,"hidden_size":384,"num_hidden_layers":6,"num_attention_heads":12,"intermediate_size":1536,"max_position_embeddings":512,"type_vocab_size":2}""",
            "smol", """
            {"model_type":"llama","vocab_size":49152,"hidden_size":576,"num_hidden_layers":30,"num_attention_heads":9,"num_key_value_heads":3,"intermediate_size":1536,"max_position_embeddings":2048,"tie_word_embeddings":true}""",
            "tiny", """
            {"model_type":"llama","vocab_size":128,"hidden_size":32,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":64,"max_position_embeddings":4096}""");

    private ArenaRate() {}

    public static void main(String[] args) throws IOException {
        ModelConfig config = HuggingFaceConfig.parse(args[0], MODELS.get(args[0]));
        Map<String, String> settings = new HashMap<>(Map.of("compute", args[2], "batch", args[3], "length", args[4]));
        Arrays.stream(args).skip(7).map(a -> a.split("=", 2)).forEach(a -> settings.put(a[0], a[1]));
        Recipe recipe = Methods.recipe(args[1], settings);
        Batch.Shape shape = new Batch.Shape(Integer.parseInt(args[3]), Integer.parseInt(args[4]));
        int rounds = Integer.parseInt(args[5]);
        try (Side warm = new Side(HuggingFaceConfig.parse("tiny", MODELS.get("tiny")), recipe, new Batch.Shape(2, 32), true)) {
            warm.step();
        }
        System.gc();
        long before = kilobytes("VmRSS");
        if (args[6].equals("turns")) {
            try (Side on = new Side(config, recipe, shape, true); Side off = new Side(config, recipe, shape, false)) {
                on.times(2);
                off.times(2);
                double[] a = new double[rounds];
                double[] b = new double[rounds];
                for (int i = 0; i < rounds; i++) {
                    a[i] = on.step();
                    b[i] = off.step();
                }
                print(args, "with the arena", on, a, shape);
                print(args, "without", off, b, shape);
                System.out.printf("ratio %.3f of the medians, losses %s%n", median(b) / median(a), on.losses.equals(off.losses) ? "the same" : "differ: " + on.losses + " " + off.losses);
                use(on);
            }
        } else {
            try (Side side = new Side(config, recipe, shape, args[6].equals("on"))) {
                side.times(2);
                double[] s = new double[rounds];
                for (int i = 0; i < rounds; i++) {
                    s[i] = side.step();
                }
                print(args, "arena " + args[6], side, s, shape);
                long growth = (kilobytes("VmHWM") - before) * 1024;
                System.out.printf("ledger peak %.1f MB, process growth %.1f MB", side.ledger.peak().bytes() * 1e-6, growth * 1e-6);
                if (side.plan != null) {
                    long expected = side.plan.bytes() + side.plan.outside();
                    System.out.printf(", arena %.1f + outside %.1f = %.1f MB (%+.1f %%)", side.plan.bytes() * 1e-6, side.plan.outside() * 1e-6, expected * 1e-6, 100.0 * (growth - expected) / expected);
                    System.out.println();
                    use(side);
                }
                System.out.println();
            }
        }
    }

    private static void use(Side side) {
        Arena.Use u = side.c.arenaUse().orElseThrow();
        System.out.printf("arena %.1f MB, bound %.1f MB (+%.2f %%), planned in %.0f ms; passing bytes planned %.1f %%, fitted %.2f %%, adopted %.2f %%; scratch %.1f MB a step%n", u.bytes() * 1e-6, u.lowerBound() * 1e-6,
                100 * side.plan.waste(), side.planMillis, 100.0 * u.planned() / (u.planned() + u.fitted() + u.adopted()), 100.0 * u.fitted() / (u.planned() + u.fitted() + u.adopted()),
                100 * u.adoptedShare(), u.scratch() * 1e-6 / side.done);
        u.largest().stream().limit(6).forEach(a -> System.out.printf("  adopted %s of %s, %.1f MB%n", a.kernel(), a.owner(), a.bytes() * 1e-6));
    }

    private static void print(String[] args, String side, Side s, double[] seconds, Batch.Shape shape) {
        System.out.printf("%s %s: step %.0f ms median, %.0f best, %.0f tokens/s, %,d page faults a step%n", String.join(" ", Arrays.copyOf(args, 5)), side, median(seconds) * 1e3,
                Arrays.stream(seconds).min().orElse(0) * 1e3, shape.rows() * shape.length() / median(seconds), s.faults / Math.max(1, s.counted));
    }

    private static double median(double[] x) {
        double[] sorted = x.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** A model on a machine of its own. */
    private static final class Side implements AutoCloseable {
        private final Ledger ledger = new Ledger();
        private final TorchCompute c = TorchCompute.cpu(ledger);
        private final Batch.Shape shape;
        private final Assembly assembly;
        private final ArenaPlan plan;
        private double planMillis;
        private final java.util.ArrayList<Double> losses = new java.util.ArrayList<>();
        private int done;
        private long faults;
        private int counted;

        Side(ModelConfig config, Recipe recipe, Batch.Shape shape, boolean arena) {
            this.shape = shape;
            Assembly.ModelMaker maker = (m, dtype, storage) -> Transformers.build(config, new RandomWeights(m, dtype, storage, config, 1), 0);
            Assembly.Task task = config.family().isEncoder() ? new Assembly.Task.Classification(2) : new Assembly.Task.LanguageModelling();
            assembly = new Assembly(c, recipe, maker, task, 1, 1000);
            if (arena) {
                long begin = System.nanoTime();
                plan = Rehearsal.arena(recipe, maker, task, 1, 1000, List.of(new Rehearsal.Occasion(0, true, shape), new Rehearsal.Occasion(1, true, shape)));
                planMillis = (System.nanoTime() - begin) * 1e-6;
                c.reserve(plan);
            } else {
                plan = null;
            }
        }

        void times(int n) {
            for (int i = 0; i < n; i++) {
                step();
            }
            faults = 0;
            counted = 0;
        }

        double step() {
            long f = minorFaults();
            long begin = System.nanoTime();
            int n = shape.rows() * shape.length();
            boolean perToken = assembly.objective().perToken();
            int units = perToken ? n : shape.rows();
            c.enter(assembly.kind(done, shape));
            c.ledger().during("batch", "");
            List<DeviceBatch> batch = List.of(DeviceBatch.upload(c, shape.rows(), shape.length(), perToken, () -> ids(n, 100), () -> filled(shape.rows(), shape.length()), () -> ids(units, 2), () -> shares(units)));
            losses.add(assembly.step(done++, batch).loss());
            batch.forEach(DeviceBatch::close);
            c.leave();
            double seconds = (System.nanoTime() - begin) * 1e-9;
            faults += minorFaults() - f;
            counted++;
            return seconds;
        }

        @Override
        public void close() {
            assembly.close();
            c.close();
        }
    }

    private static long minorFaults() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[7]);
        } catch (IOException e) {
            return 0;
        }
    }

    private static long kilobytes(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(l -> l.startsWith(field + ":")).map(l -> l.replaceAll("[^0-9]", "")).mapToLong(Long::parseLong).findFirst().orElseThrow();
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
