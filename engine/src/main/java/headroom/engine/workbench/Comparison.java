package headroom.engine.workbench;

import java.util.List;

/**
 * Several runs side by side.
 *
 * @param runs in the order asked; the first is A, the second B …
 * @param headline which needs the least memory and which reaches the best quality, in one sentence
 * @param sentence what else to know before trusting the headline (different data, seeds, length)
 * @param settings what was chosen, one row per setting
 * @param results what came out, one row per figure
 */
public record Comparison(List<RunDetails> runs, String headline, String sentence, List<Row> settings, List<Row> results) {
    public Comparison {
        runs = List.copyOf(runs);
        settings = List.copyOf(settings);
        results = List.copyOf(results);
    }

    /**
     * @param values one text per run, in the order of the runs
     * @param differs at least two are unequal
     * @param best index of the best value; −1 where none is better
     */
    public record Row(String name, List<String> values, boolean differs, int best) {
        public Row {
            values = List.copyOf(values);
        }
    }
}
