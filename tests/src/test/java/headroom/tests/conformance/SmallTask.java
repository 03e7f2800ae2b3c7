package headroom.tests.conformance;

import headroom.engine.compute.Keys;
import headroom.engine.data.BatchSource;
import headroom.engine.data.Dataset;
import headroom.engine.data.DatasetCard;
import headroom.engine.data.DatasetKind;
import headroom.engine.data.Example;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A model, a task and data small enough to train in a blink: an encoder tells texts of early letters from texts of late ones, a decoder learns to spell. */
record SmallTask(ModelConfig config, Assembly.Task task, Dataset data) {
    private static final int ROWS = 120;
    private static final int TRAINED_ON = 96;
    private static final long WEIGHTS_SEED = 3;

    private static final String ENCODER = """
            {"model_type": "bert", "vocab_size": 128, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 64,
             "max_position_embeddings": 64, "type_vocab_size": 2}""";
    private static final String DECODER = """
            {"model_type": "llama", "vocab_size": 128, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
             "intermediate_size": 64, "max_position_embeddings": 64}""";

    static SmallTask encoder() {
        return new SmallTask(HuggingFaceConfig.parse("encoder", ENCODER), new Assembly.Task.Classification(2), labelled());
    }

    static SmallTask decoder() {
        return new SmallTask(HuggingFaceConfig.parse("decoder", DECODER), new Assembly.Task.LanguageModelling(), texts());
    }

    Assembly.ModelMaker maker() {
        return (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, WEIGHTS_SEED), 0);
    }

    BatchSource batches(int batch, int length, long seed) {
        return data.batches(new Letters(), batch, length, seed);
    }

    /** 3 to 26 letters of the alphabet's first half for label 0, of its second for label 1. */
    static String word(long key, int label) {
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
        for (int i = 0; i < ROWS; i++) {
            (i < TRAINED_ON ? train : held).add(new Example(i + 1, List.of(word(Keys.key(1, "word", "", i), i % 2)), i % 2));
        }
        return new Dataset("letters", "Letters", DatasetKind.CLASSIFICATION, List.of("early", "late"), train, held, Path.of("letters.csv"), DatasetCard.NONE);
    }

    private static Dataset texts() {
        List<Example> train = new ArrayList<>();
        List<Example> held = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            (i < TRAINED_ON ? train : held).add(new Example(i + 1, List.of("abc".repeat(3 + i % 9)), Example.NO_LABEL));
        }
        return new Dataset("spelling", "Spelling", DatasetKind.LANGUAGE_MODELLING, List.of(), train, held, Path.of("spelling.txt"), DatasetCard.NONE);
    }
}
