package headroom.engine.train;

import headroom.engine.compute.Keys;
import headroom.engine.data.BatchSource;
import headroom.engine.data.Dataset;
import headroom.engine.data.DatasetCard;
import headroom.engine.data.DatasetKind;
import headroom.engine.data.Encoding;
import headroom.engine.data.Example;
import headroom.engine.data.Tokenizer;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A model, a task and data small enough to train in a blink: tell texts of early letters from texts of late ones, or learn to spell them. */
record TinyTask(ModelConfig config, Assembly.Task task, Dataset data) {
    private static final String ENCODER = """
            {"model_type":"bert","vocab_size":128,"hidden_size":32,"num_hidden_layers":3,"num_attention_heads":4,"intermediate_size":64,"max_position_embeddings":64,"type_vocab_size":2}""";
    private static final String DECODER = """
            {"model_type":"llama","vocab_size":128,"hidden_size":32,"num_hidden_layers":3,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":64,"max_position_embeddings":64}""";

    static TinyTask encoder() {
        return new TinyTask(HuggingFaceConfig.parse("encoder", ENCODER), new Assembly.Task.Classification(2), labelled());
    }

    static TinyTask decoder() {
        return new TinyTask(HuggingFaceConfig.parse("decoder", DECODER), new Assembly.Task.LanguageModelling(), texts());
    }

    Assembly.ModelMaker maker() {
        return (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 3), 0);
    }

    BatchSource batches(int batch, int length, long seed) {
        return data.batches(new Letters(), batch, length, seed);
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

    /** One token per character; 1 begins and 2 ends a text. */
    private static final class Letters implements Tokenizer {
        @Override
        public Encoding encode(String text) {
            int n = text.length() + 2;
            int[] ids = new int[n];
            boolean[] special = new boolean[n];
            ids[0] = 1;
            ids[n - 1] = 2;
            special[0] = true;
            special[n - 1] = true;
            System.arraycopy(encodePlain(text), 0, ids, 1, n - 2);
            return new Encoding(ids, new int[n], new int[n], new int[n], special);
        }

        @Override
        public Encoding encodePair(String first, String second) {
            return encode(first + second);
        }

        @Override
        public int[] encodePlain(String text) {
            return text.chars().toArray();
        }

        @Override
        public String decode(int[] ids) {
            return new String(ids, 0, ids.length);
        }

        @Override
        public String token(int id) {
            return Character.toString(id);
        }

        @Override
        public int vocabSize() {
            return 128;
        }

        @Override
        public OptionalInt pad() {
            return OptionalInt.of(0);
        }

        @Override
        public OptionalInt cls() {
            return OptionalInt.of(1);
        }

        @Override
        public OptionalInt sep() {
            return OptionalInt.of(2);
        }

        @Override
        public OptionalInt bos() {
            return OptionalInt.of(1);
        }

        @Override
        public OptionalInt eos() {
            return OptionalInt.of(2);
        }

        @Override
        public OptionalInt unk() {
            return OptionalInt.empty();
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
