package headroom.engine.data;

import java.util.Arrays;

/**
 * A text as tokens; all arrays have one entry per token.
 *
 * @param ids token numbers
 * @param segments 0 for the first text, 1 for the second of a pair
 * @param starts first character of the token in its text (UTF-16 index)
 * @param ends one past its last character
 * @param special the token was put in by the tokenizer (such as [CLS]), no character of the text belongs to it
 */
public record Encoding(int[] ids, int[] segments, int[] starts, int[] ends, boolean[] special) {

    public Encoding {
        if (segments.length != ids.length || starts.length != ids.length || ends.length != ids.length || special.length != ids.length) {
            throw new IllegalArgumentException("arrays of an encoding have one entry per token: " + ids.length + ", " + segments.length + ", " + starts.length + ", "
                    + ends.length + ", " + special.length);
        }
    }

    public int length() {
        return ids.length;
    }

    /**
     * At most {@code longest} tokens: the last text tokens of the longer segment go first, special tokens stay, so that a cut sentence still ends as the model was taught.
     *
     * @throws IllegalArgumentException if not even the special tokens fit
     */
    public Encoding cut(int longest) {
        int excess = ids.length - longest;
        if (excess <= 0) {
            return this;
        }
        int[] texts = new int[2];
        for (int i = 0; i < ids.length; i++) {
            texts[segments[i] == 0 ? 0 : 1] += special[i] ? 0 : 1;
        }
        if (texts[0] + texts[1] < excess) {
            throw new IllegalArgumentException("a length of " + longest + " tokens leaves no room for the special tokens");
        }
        for (; excess > 0; excess--) {
            texts[texts[0] >= texts[1] ? 0 : 1]--;
        }
        int[] kept = new int[longest];
        int n = 0;
        for (int i = 0; i < ids.length; i++) {
            if (special[i] || texts[segments[i] == 0 ? 0 : 1]-- > 0) {
                kept[n++] = i;
            }
        }
        boolean[] marks = new boolean[n];
        for (int i = 0; i < n; i++) {
            marks[i] = special[kept[i]];
        }
        return new Encoding(pick(ids, kept), pick(segments, kept), pick(starts, kept), pick(ends, kept), marks);
    }

    private static int[] pick(int[] from, int[] at) {
        return Arrays.stream(at).map(i -> from[i]).toArray();
    }
}
