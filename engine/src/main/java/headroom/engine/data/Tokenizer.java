package headroom.engine.data;

import java.util.OptionalInt;

/** Text to token numbers and back. Safe for use by several threads. */
public interface Tokenizer extends AutoCloseable {

    /** The text with the special tokens that the model was taught, e.g. {@code [CLS] … [SEP]} or {@code <bos> …}. Never cut, never padded. */
    Encoding encode(String text);

    /** Two texts as one input; the second has segment 1. */
    Encoding encodePair(String first, String second);

    /** The text alone, without special tokens. */
    int[] encodePlain(String text);

    /** Text of the tokens, special tokens left out. */
    String decode(int[] ids);

    /** The token as its vocabulary spells it. */
    String token(int id);

    /** Number of rows the embedding needs: highest id + 1. */
    int vocabSize();

    OptionalInt pad();

    OptionalInt cls();

    OptionalInt sep();

    OptionalInt bos();

    OptionalInt eos();

    OptionalInt unk();

    @Override
    void close();
}
