package headroom.engine.method;

import headroom.engine.recipe.SubsetSelection;
import headroom.engine.recipe.SubsetSelection.Pick;
import headroom.engine.recipe.SubsetSelection.Score;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A selection of rows as people write it: a score and the share that is kept, {@code ifd:0.4}. */
final class SelectWords {
    static final String NONE = "none";
    static final List<String> PICKS = List.of("top", "clusters", "facility");
    static final List<String> ENDS = List.of("highest", "lowest");
    static final int CLUSTERS = 10;
    private static final double SHARE = 0.4;

    private SelectWords() {}

    /** Every score with the standard share, and none. */
    static List<String> examples() {
        return Stream.concat(Stream.of(NONE), Arrays.stream(Score.values()).map(s -> word(s) + ":" + SHARE)).toList();
    }

    static String of(SubsetSelection s) {
        return s == null ? NONE : word(s.score()) + ":" + s.share();
    }

    static String pick(SubsetSelection s) {
        return s == null ? PICKS.getFirst() : PICKS.get(s.pick().ordinal());
    }

    /** @throws IllegalArgumentException if the words are no selection; the message says what is */
    static SubsetSelection choice(String text, String pick, int clusters, String end) {
        if (text.equals(NONE)) {
            return null;
        }
        int colon = text.indexOf(':');
        String word = colon < 0 ? text : text.substring(0, colon);
        Score score = Arrays.stream(Score.values()).filter(s -> word(s).equals(word)).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "setting select is '" + text + "'; expected none, or a score with the share of the rows that is kept: " + String.join(", ", examples().subList(1, examples().size()))));
        double share;
        try {
            share = colon < 0 ? SHARE : Double.parseDouble(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("setting select is '" + text + "'; behind the colon stands the share of the rows that is kept, e.g. " + word + ":" + SHARE, e);
        }
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("setting select keeps a share of " + share + " of the rows; expected more than 0 and at most 1");
        }
        return new SubsetSelection(score, Pick.values()[PICKS.indexOf(pick)], share, clusters, end.equals(ENDS.getFirst()));
    }

    private static String word(Score s) {
        return s.name().toLowerCase(Locale.ROOT);
    }
}
