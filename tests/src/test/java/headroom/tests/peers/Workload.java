package headroom.tests.peers;

import headroom.engine.method.Methods;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.ModelShapes;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is trained, how, and on which batch: everything that two sides must have in common. Weights start from the seed, ids are a fixed sequence, every row is full.
 *
 * @param id short name
 * @param title for people
 * @param rows B
 * @param length T
 */
public record Workload(String id, String title, ModelConfig config, Recipe recipe, int rows, int length) {
    public static final long SEED = 1;
    /** Length of the run that the schedule is made for. */
    public static final long STEPS = 1000;
    private static final int CLASSES = 2;
    private static final String MINILM = """
            {"model_type":"bert","vocab_size":30522,"hidden_size":384,"num_hidden_layers":6,"num_attention_heads":12,"intermediate_size":1536,"max_position_embeddings":512,"type_vocab_size":2}""";
    /** A BERT of 2 layers and a LLaMA of 3, for whom a step takes milliseconds. */
    static final ModelConfig SMALL_ENCODER = HuggingFaceConfig.parse("small encoder", """
            {"model_type":"bert","vocab_size":97,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":128,"max_position_embeddings":32,"type_vocab_size":2}""");
    static final ModelConfig SMALL_DECODER = HuggingFaceConfig.parse("small decoder", """
            {"model_type":"llama","vocab_size":97,"hidden_size":64,"num_hidden_layers":3,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":128,"max_position_embeddings":32,
             "hidden_act":"silu","rms_norm_eps":1e-05,"rope_theta":10000.0,"tie_word_embeddings":true}""");
    private static final int SMALL_ROWS = 4;
    private static final int SMALL_LENGTH = 16;

    /** The workloads that are compared, in the order of docs/performance.md. */
    public static List<Workload> compared() {
        return List.of(
                minilm("minilm-f32", "MiniLM, full, float32", "full", Map.of("compute", "f32"), 32, 128),
                minilm("minilm-bf16", "MiniLM, full, bf16", "full", Map.of("compute", "bf16"), 32, 128),
                smollm2("decoder-full", "SmolLM2-135M shape, full, bf16", "full", Map.of("compute", "bf16", "loss", "segments")),
                smollm2("decoder-lora", "SmolLM2-135M shape, LoRA r 16, bf16", "lora", Map.of("compute", "bf16", "loss", "segments", "rank", "16")),
                smollm2("decoder-qlora", "SmolLM2-135M shape, QLoRA NF4 r 16, bf16", "qlora", Map.of("compute", "bf16", "loss", "segments", "rank", "16")),
                smollm2("decoder-mezo", "SmolLM2-135M shape, MeZO, all weights, float32", "mezo", Map.of("compute", "f32", "loss", "segments", "tune", "full")));
    }

    /** @throws IllegalArgumentException if there is none of that name; the message lists those there are */
    public static Workload named(String id) {
        return compared().stream().filter(w -> w.id.equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no workload '" + id + "'; there are " + compared().stream().map(Workload::id).toList()));
    }

    private static Workload minilm(String id, String title, String method, Map<String, String> settings, int rows, int length) {
        return of(id, title, HuggingFaceConfig.parse("minilm", MINILM), method, settings, rows, length);
    }

    private static Workload smollm2(String id, String title, String method, Map<String, String> settings) {
        return of(id, title, ModelShapes.find("smollm2-135m").orElseThrow().config(), method, settings, 4, 512);
    }

    public static Workload of(String id, String title, ModelConfig config, String method, Map<String, String> settings, int rows, int length) {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("batch", Integer.toString(rows));
        all.put("length", Integer.toString(length));
        return new Workload(id, title, config, Methods.recipe(method, all), rows, length);
    }

    /** The same on other rows. */
    public Workload sized(int newRows, int newLength) {
        return new Workload(id, title, config, recipe, newRows, newLength);
    }

    /** The same recipe on a small model of the family. */
    public Workload small() {
        return small(perToken() ? SMALL_DECODER : SMALL_ENCODER, recipe);
    }

    /** A recipe on a small model. */
    static Workload small(ModelConfig config, Recipe recipe) {
        return new Workload("small", "small", config, recipe.with(new DataChoice(SMALL_ROWS, 1, SMALL_LENGTH)), SMALL_ROWS, SMALL_LENGTH);
    }

    public boolean perToken() {
        return !config.family().isEncoder();
    }

    Assembly.Task task() {
        return perToken() ? new Assembly.Task.LanguageModelling() : new Assembly.Task.Classification(CLASSES);
    }

    public int tokens() {
        return rows * length;
    }

    int[] ids() {
        return sequence(tokens(), config.vocab());
    }

    int[] lengths() {
        int[] out = new int[rows];
        Arrays.fill(out, length);
        return out;
    }

    /** The class of each row, or the token that follows each position, −100 at the end of a row. */
    int[] targets() {
        if (!perToken()) {
            return sequence(rows, CLASSES);
        }
        int[] ids = ids();
        int[] out = new int[ids.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (i + 1) % length == 0 ? -100 : ids[i + 1];
        }
        return out;
    }

    /** Weights of a mean over what has a target. */
    float[] coefficients() {
        int[] targets = targets();
        float[] out = new float[targets.length];
        long counted = Arrays.stream(targets).filter(t -> t >= 0).count();
        for (int i = 0; i < out.length; i++) {
            out[i] = targets[i] < 0 ? 0 : 1f / counted;
        }
        return out;
    }

    private static int[] sequence(int n, int bound) {
        int[] out = new int[n];
        for (int i = 0; i < n; i++) {
            out[i] = (int) ((i * 2_654_435_761L >>> 7) % bound);
        }
        return out;
    }

    /** A matrix of a layer, [out, in]. */
    public record Matrix(int out, int in) {}

    /** The matrices of one layer. */
    public List<Matrix> layer() {
        List<Matrix> all = new ArrayList<>(List.of(new Matrix(config.queryWidth(), config.hidden()), new Matrix(config.kvWidth(), config.hidden()), new Matrix(config.kvWidth(), config.hidden()),
                new Matrix(config.hidden(), config.queryWidth())));
        for (int i = 0; i < (config.gated() ? 2 : 1); i++) {
            all.add(new Matrix(config.intermediate(), config.hidden()));
        }
        all.add(new Matrix(config.hidden(), config.intermediate()));
        return all;
    }

    /**
     * Operations of the products that a step of this recipe cannot do without: those of the layers' matrices, of the pairs, and of the language-model head. A product is needed
     * forward (again where a layer is computed twice), for the gradient of its input, and for that of its weight where that trains.
     */
    public double productFlops() {
        boolean estimate = recipe.gradient() instanceof GradientChoice.TwoPointEstimate;
        boolean whole = recipe.selector() instanceof SelectorChoice.AllParameters;
        int forward = estimate || recipe.activations() instanceof ActivationsChoice.BlockCheckpoint ? 2 : 1;
        int backward = estimate ? 0 : whole ? 2 : 1;
        double layers = 0;
        for (Matrix m : layer()) {
            layers += (double) (forward + backward) * m.out * m.in;
            if (recipe.adapter() instanceof AdapterChoice.LowRank pair) {
                layers += (forward + 2.0) * pair.rank() * (m.out + m.in);
            }
        }
        double head = perToken() ? (double) ((estimate ? 2 : 1) + backward) * config.vocab() * config.hidden() : 0;
        return 2.0 * tokens() * (layers * config.layers() + head);
    }
}
