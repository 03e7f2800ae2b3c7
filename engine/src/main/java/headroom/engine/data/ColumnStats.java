package headroom.engine.data;

import java.util.HashMap;
import java.util.Map;

/** What the values of one column look like: enough to tell labels from texts and names from values. */
final class ColumnStats {
    /** More different values than this are no labels. */
    static final int MOST_DISTINCT = 1000;

    private final Map<String, Integer> distinct = new HashMap<>();
    private long rows;
    private long empty;
    private long numeric;
    private long characters;
    private long words;

    void add(String cell) {
        rows++;
        if (cell == null || cell.isBlank()) {
            empty++;
            return;
        }
        String value = cell.strip();
        characters += value.length();
        words += 1 + value.chars().filter(c -> c == ' ').count();
        numeric += isNumber(value) ? 1 : 0;
        if (distinct.size() <= MOST_DISTINCT) {
            distinct.merge(value.length() > 80 ? value.substring(0, 80) : value, 1, Integer::sum);
        }
    }

    static boolean isNumber(String value) {
        return value.matches("[-+]?(\\d+([.,]\\d+)?|\\.\\d+)([eE][-+]?\\d+)?");
    }

    long rows() {
        return rows;
    }

    long filled() {
        return rows - empty;
    }

    boolean contains(String value) {
        return distinct.containsKey(value);
    }

    int distinct() {
        return distinct.size();
    }

    boolean allNumeric() {
        return filled() > 0 && numeric == filled();
    }

    /** Every value is another one, such as a row number. */
    boolean allDifferent() {
        return distinct.size() == Math.min(filled(), MOST_DISTINCT + 1);
    }

    double meanLength() {
        return filled() == 0 ? 0 : (double) characters / filled();
    }

    double meanWords() {
        return filled() == 0 ? 0 : (double) words / filled();
    }

    /** Few values, each seen several times. */
    boolean looksLikeLabels() {
        return repeats(3);
    }

    /** At least two values, none of them long, each seen {@code times} times on average; of a handful of rows any repetition is enough. */
    boolean repeats(int times) {
        return distinct.size() >= 2 && distinct.size() <= 200 && (filled() < 8 ? distinct.size() < filled() : (long) distinct.size() * times <= filled()) && meanLength() <= 40;
    }
}
