package headroom.engine.data;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/** Which row names the columns, and which columns hold text and label, judged by what stands in them. */
final class ColumnGuess {
    private static final Set<String> LABEL_NAMES = Set.of("label", "labels", "class", "category", "sentiment", "target", "polarity", "intent", "topic", "tag", "gold", "y", "rating", "stars",
            "score", "gold_label", "label_text", "emotion");
    private static final Set<String> TEXT_NAMES = Set.of("text", "sentence", "review", "content", "message", "body", "comment", "description", "tweet", "utterance", "document", "question",
            "answer", "premise", "hypothesis", "sentence1", "sentence2", "question1", "question2", "title", "prompt", "completion", "instruction", "input", "output", "response", "story",
            "summary", "article", "passage", "context", "query");
    private static final Set<String> OTHER_NAMES = Set.of("id", "idx", "index", "row", "name", "date", "author", "user", "url", "source", "lang", "language", "split", "guid", "number");
    /** Columns that belong together, first to second. */
    private static final List<List<String>> PAIRS = List.of(List.of("sentence1", "sentence2"), List.of("premise", "hypothesis"), List.of("question1", "question2"),
            List.of("question", "answer"), List.of("prompt", "completion"), List.of("instruction", "input", "output"), List.of("instruction", "output"), List.of("instruction", "response"),
            List.of("prompt", "response"), List.of("question", "sentence"), List.of("query", "passage"));

    private ColumnGuess() {
    }

    /** Whether the first row names the columns. @param rest of the rows below it */
    static boolean header(List<String> first, List<ColumnStats> rest) {
        if (first.stream().anyMatch(cell -> cell.isBlank() || cell.length() > 60 || ColumnStats.isNumber(cell.strip()))) {
            return false;
        }
        boolean named = false;
        for (int i = 0; i < first.size(); i++) {
            String cell = first.get(i).strip();
            ColumnStats below = i < rest.size() ? rest.get(i) : new ColumnStats();
            boolean repeated = below.contains(cell);
            if (repeated && below.looksLikeLabels()) {
                return false;
            }
            String name = normal(cell);
            boolean known = LABEL_NAMES.contains(name) || TEXT_NAMES.contains(name) || OTHER_NAMES.contains(name);
            boolean overNumbers = below.allNumeric() && below.filled() > 0;
            boolean overLabels = below.looksLikeLabels() && below.filled() >= 8;
            boolean overTexts = below.meanWords() >= 4 && cell.matches("[\\p{L}_][\\p{L}\\p{N}_.-]*");
            named |= known && !repeated || overNumbers || overLabels && isName(cell) || overTexts && first.stream().allMatch(ColumnGuess::isName);
        }
        return named;
    }

    private static boolean isName(String cell) {
        return cell.strip().matches("[\\p{L}_][\\p{L}\\p{N}_. /-]{0,39}") && cell.strip().split("\\s+").length <= 4;
    }

    private static String normal(String name) {
        return name.strip().toLowerCase(Locale.ROOT).replace(' ', '_');
    }

    /** Text and label columns. */
    static ChosenColumns columns(List<String> names, boolean header, List<ColumnStats> stats) {
        int label = label(names, header, stats);
        List<String> normal = names.stream().map(ColumnGuess::normal).toList();
        if (header) {
            for (List<String> pair : PAIRS) {
                if (normal.containsAll(pair) && pair.stream().mapToInt(normal::indexOf).noneMatch(i -> i == label)) {
                    return new ChosenColumns(pair.stream().map(normal::indexOf).toList(), label, why(names, pair.stream().map(normal::indexOf).toList(), label, stats));
                }
            }
        }
        int text = IntStream.range(0, names.size()).filter(i -> i != label).boxed()
                .max((a, b) -> Double.compare(textScore(normal.get(a), stats.get(a)), textScore(normal.get(b), stats.get(b)))).orElse(0);
        // a single column is a text, whatever it looks like
        int used = names.size() == 1 ? ChosenColumns.NONE : label;
        return new ChosenColumns(List.of(text), used, why(names, List.of(text), used, stats));
    }

    private static double textScore(String name, ColumnStats stats) {
        double known = TEXT_NAMES.contains(name) ? 3 : 1;
        return stats.allNumeric() ? 0 : known * stats.meanLength();
    }

    private static int label(List<String> names, boolean header, List<ColumnStats> stats) {
        int best = ChosenColumns.NONE;
        double most = 0;
        for (int i = 0; i < names.size(); i++) {
            ColumnStats column = stats.get(i);
            boolean known = header && LABEL_NAMES.contains(normal(names.get(i)));
            if (!(known ? column.repeats(2) : column.looksLikeLabels())) {
                continue;
            }
            boolean other = header && OTHER_NAMES.contains(normal(names.get(i)));
            // fewer values and fewer words look more like classes; the last of equals wins, as most files put the label last
            double score = (known ? 100 : other ? 0.1 : 1) / (Math.log(1 + column.distinct()) * (1 + column.meanWords() / 4)) * (column.filled() == column.rows() ? 1 : 0.7);
            if (score >= most) {
                most = score;
                best = i;
            }
        }
        return best;
    }

    private static String why(List<String> names, List<Integer> text, int label, List<ColumnStats> stats) {
        String texts = String.join(" and ", text.stream().map(names::get).toList());
        String first = texts + (text.size() == 1 ? " has " : " have ") + "the longest texts (" + Math.round(text.stream().mapToDouble(i -> stats.get(i).meanLength()).average().orElse(0))
                + " characters on average)";
        return label == ChosenColumns.NONE ? first + "; no column has few values that repeat, so there is no label"
                : first + "; " + names.get(label) + " has " + stats.get(label).distinct() + " different values";
    }
}
