package headroom.engine.data;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * A {@code tokenizer.json} of the Hugging Face format, run by the native library that comes in DJL's jar. Nothing is fetched and nobody is told: on a machine with a GPU the library
 * would look for its CUDA build on the network, and DJL reports its start to its makers from some machines; both are switched off before it loads.
 */
public final class HuggingFaceTokenizers implements Tokenizer {
    static {
        keep("RUST_FLAVOR", "cpu");
        keep("OPT_OUT_TRACKING", "true");
        keep("ai.djl.offline", "true");
    }

    /** What a person has set stays. */
    private static void keep(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private final HuggingFaceTokenizer tokenizer;
    private final TokenizerVocabulary vocabulary;

    private HuggingFaceTokenizers(HuggingFaceTokenizer tokenizer, TokenizerVocabulary vocabulary) {
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
    }

    /**
     * Opens {@code tokenizer.json}, or the one file of a folder whose name ends so.
     *
     * @throws TokenizerException if there is none or it is not what the format demands
     */
    public static HuggingFaceTokenizers open(Path path) {
        Path file = Files.isDirectory(path) ? inFolder(path) : path;
        if (!Files.isRegularFile(file)) {
            throw new TokenizerException(file + ": there is no such file, expected a tokenizer.json. Put the tokenizer.json of the model beside its weights.", null);
        }
        TokenizerVocabulary vocabulary = TokenizerVocabulary.read(file);
        try {
            HuggingFaceTokenizer opened = HuggingFaceTokenizer.builder().optTokenizerPath(file).optTruncation(false).optPadding(false).build();
            return new HuggingFaceTokenizers(opened, vocabulary);
        } catch (IOException | RuntimeException e) {
            throw new TokenizerException(file + ": the tokenizer library refuses it (" + e.getMessage() + "). Fetch the file again; it must be a tokenizer.json, not a vocab.txt or "
                    + "tokenizer_config.json.", e);
        }
    }

    private static Path inFolder(Path folder) {
        Path exact = folder.resolve("tokenizer.json");
        if (Files.exists(exact)) {
            return exact;
        }
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().endsWith("tokenizer.json")).sorted().findFirst().orElse(exact);
        } catch (IOException e) {
            throw new TokenizerException(folder + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    @Override
    public Encoding encode(String text) {
        return encoding(tokenizer.encode(text, true, false), text, null);
    }

    @Override
    public Encoding encodePair(String first, String second) {
        return encoding(tokenizer.encode(first, second, true, false), first, second);
    }

    @Override
    public int[] encodePlain(String text) {
        return ints(tokenizer.encode(text, false, false).getIds());
    }

    @Override
    public String decode(int[] ids) {
        return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), true);
    }

    private static Encoding encoding(ai.djl.huggingface.tokenizers.Encoding raw, String first, String second) {
        int[] ids = ints(raw.getIds());
        CharSpan[] spans = raw.getCharTokenSpans();
        long[] marks = raw.getSpecialTokenMask();
        long[] sequences = raw.getSequenceIds();
        int[] segments = ints(raw.getTypeIds());
        int[] starts = new int[ids.length];
        int[] ends = new int[ids.length];
        boolean[] special = new boolean[ids.length];
        int[] firstOffsets = utf16Offsets(first);
        int[] secondOffsets = second == null ? firstOffsets : utf16Offsets(second);
        for (int i = 0; i < ids.length; i++) {
            special[i] = marks[i] != 0 || spans[i] == null;
            if (!special[i]) {
                int[] offsets = sequences[i] == 1 ? secondOffsets : firstOffsets;
                starts[i] = offsets[spans[i].getStart()];
                ends[i] = offsets[spans[i].getEnd()];
            }
        }
        return new Encoding(ids, segments, starts, ends, special);
    }

    /** The library counts characters as Unicode code points, Java as UTF-16 units. */
    private static int[] utf16Offsets(String text) {
        int[] offsets = new int[text.codePointCount(0, text.length()) + 1];
        for (int i = 0, at = 0; i < offsets.length; i++) {
            offsets[i] = at;
            at += at < text.length() ? Character.charCount(text.codePointAt(at)) : 0;
        }
        return offsets;
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    @Override
    public String token(int id) {
        return vocabulary.token(id);
    }

    @Override
    public int vocabSize() {
        return vocabulary.size();
    }

    @Override
    public OptionalInt pad() {
        return vocabulary.first("[PAD]", "<pad>", "<|pad|>", "<|finetune_right_pad_id|>");
    }

    @Override
    public OptionalInt cls() {
        return vocabulary.first("[CLS]", "<cls>");
    }

    @Override
    public OptionalInt sep() {
        return vocabulary.first("[SEP]", "<sep>");
    }

    @Override
    public OptionalInt bos() {
        return vocabulary.first("<bos>", "<s>", "<|begin_of_text|>");
    }

    @Override
    public OptionalInt eos() {
        return vocabulary.first("<eos>", "</s>", "<|end_of_text|>", "<|endoftext|>");
    }

    @Override
    public OptionalInt unk() {
        return vocabulary.first("[UNK]", "<unk>");
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
