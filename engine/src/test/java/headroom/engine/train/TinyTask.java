package headroom.engine.train;

import headroom.engine.compute.Keys;
import headroom.engine.data.BatchSource;
import headroom.engine.data.Dataset;
import headroom.engine.data.DatasetCard;
import headroom.engine.data.DatasetKind;
import headroom.engine.data.Example;
import headroom.engine.data.Letters;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A model, a task and data small enough to train in a blink: tell texts of early letters from texts of late ones, or learn to spell them. */
public record TinyTask(ModelConfig config, Assembly.Task task, Dataset data) {
    private static final String ENCODER = """
            {"model_type":"bert","vocab_size":128,"hidden_size":32,"num_hidden_layers":3,"num_attention_heads":4,"intermediate_size":64,"max_position_embeddings":64,"type_vocab_size":2}""";
    private static final String DECODER = """
            {"model_type":"llama","vocab_size":128,"hidden_size":32,"num_hidden_layers":3,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":64,"max_position_embeddings":64}""";

    public static TinyTask encoder() {
        return new TinyTask(HuggingFaceConfig.parse("encoder", ENCODER), new Assembly.Task.Classification(2), labelled());
    }

    public static TinyTask decoder() {
        return new TinyTask(HuggingFaceConfig.parse("decoder", DECODER), new Assembly.Task.LanguageModelling(), texts());
    }

    /** The decoder on the encoder's task: for what learns labels alone. */
    public static TinyTask classifyingDecoder() {
        return new TinyTask(HuggingFaceConfig.parse("decoder", DECODER), new Assembly.Task.Classification(2), labelled());
    }

    public Assembly.ModelMaker maker() {
        return (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 3), 0);
    }

    public BatchSource batches(int batch, int length, long seed) {
        return data.batches(new Letters(), batch, length, seed);
    }

    /** Rows as a recipe wants them. */
    public BatchSource batches(DataChoice choice, long seed) {
        return data.batches(new Letters(), choice.batch() * choice.accumulate(), choice.length(), choice.order(), choice.pack(), seed);
    }

    /** The same for a recipe, which may have several jobs or clients. */
    public BatchSource batches(Recipe recipe, long seed) {
        return recipe.batches(data, new Letters(), seed);
    }

    private static String word(long key, int label) {
        StringBuilder s = new StringBuilder();
        int n = 3 + (int) Keys.below(key, 0, 24);
        for (int i = 0; i < n; i++) {
            s.append((char) ('a' + 13 * label + (int) Keys.below(key, i + 1, 13)));
        }
        return s.toString();
    }

    private static Dataset labelled() {
        List<Example> train = new ArrayList<>();
        List<Example> held = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            (i < 96 ? train : held).add(new Example(i + 1, List.of(word(Keys.key(1, "word", "", i), i % 2)), i % 2));
        }
        return new Dataset("letters", "Letters", DatasetKind.CLASSIFICATION, List.of("early", "late"), train, held, Path.of("letters.csv"), DatasetCard.NONE);
    }

    private static Dataset texts() {
        List<Example> train = new ArrayList<>();
        List<Example> held = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            (i < 96 ? train : held).add(new Example(i + 1, List.of("abc".repeat(3 + i % 9)), Example.NO_LABEL));
        }
        return new Dataset("spelling", "Spelling", DatasetKind.LANGUAGE_MODELLING, List.of(), train, held, Path.of("spelling.txt"), DatasetCard.NONE);
    }
}
