package headroom.tests.conformance;

import headroom.engine.data.Encoding;
import headroom.engine.data.Tokenizer;
import java.util.OptionalInt;

/** One token per character; 1 begins and 2 ends a text, 0 fills. */
final class Letters implements Tokenizer {
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
