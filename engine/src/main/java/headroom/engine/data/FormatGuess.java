package headroom.engine.data;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells the formats apart by name and content of the first lines. */
final class FormatGuess {
    /** Share of lines that must agree on the number of fields. */
    private static final double AGREE = 0.9;

    private FormatGuess() {
    }

    static TableFormat format(Path file, List<String> sample) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String start = sample.stream().map(String::strip).filter(line -> !line.isEmpty()).findFirst().orElse("");
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return TableFormat.JSON_LINES;
        }
        if (name.endsWith(".json") || start.startsWith("{\"") || start.startsWith("{ \"")) {
            if (start.startsWith("[") || sample.size() > 1 && start.equals("{")) {
                throw new DataException(file, "one JSON document", "JSON Lines: one object per line", "Convert it, for example with: jq -c '.[]' file.json > file.jsonl");
            }
            return TableFormat.JSON_LINES;
        }
        if (name.endsWith(".tsv") || name.endsWith(".tab")) {
            return TableFormat.TSV;
        }
        if (name.endsWith(".csv")) {
            return TableFormat.CSV;
        }
        if (agreement(sample, '\t') >= AGREE) {
            return TableFormat.TSV;
        }
        boolean text = name.endsWith(".txt") || name.endsWith(".md");
        return !text && agreement(sample, ',') >= AGREE ? TableFormat.CSV : TableFormat.TEXT;
    }

    static RowReader.Dialect dialect(TableFormat format, List<String> sample) {
        if (format == TableFormat.TSV) {
            return new RowReader.Dialect('\t', quotedTabs(sample));
        }
        char best = ',';
        double most = 0;
        for (char candidate : new char[] {',', ';', '\t'}) {
            double agreement = agreement(sample, candidate);
            if (agreement > most) {
                most = agreement;
                best = candidate;
            }
        }
        return new RowReader.Dialect(best, true);
    }

    /** Share of the non-blank lines that have the most frequent number of delimiters outside quotation marks; 0 where that number is 0. */
    private static double agreement(List<String> sample, char delimiter) {
        Map<Integer, Integer> counts = new HashMap<>();
        int lines = 0;
        boolean inside = false;
        int count = 0;
        for (String line : sample) {
            if (line.isBlank() && !inside) {
                continue;
            }
            for (int i = 0; i < line.length(); i++) {
                inside ^= line.charAt(i) == '"';
                count += !inside && line.charAt(i) == delimiter ? 1 : 0;
            }
            if (!inside) {
                counts.merge(count, 1, Integer::sum);
                lines++;
                count = 0;
            }
        }
        var usual = counts.entrySet().stream().max(Map.Entry.comparingByValue());
        return usual.isEmpty() || usual.get().getKey() == 0 ? 0 : (double) usual.get().getValue() / lines;
    }

    /** Only where every field with a quotation mark is quoted as CSV demands are the marks more than ordinary characters. */
    private static boolean quotedTabs(List<String> sample) {
        boolean any = false;
        for (String line : sample) {
            for (String field : line.split("\t", -1)) {
                if (field.indexOf('"') < 0) {
                    continue;
                }
                boolean closed = field.length() >= 2 && field.startsWith("\"") && field.endsWith("\"");
                if (!closed || field.substring(1, field.length() - 1).replace("\"\"", "").indexOf('"') >= 0) {
                    return false;
                }
                any = true;
            }
        }
        return any;
    }
}
