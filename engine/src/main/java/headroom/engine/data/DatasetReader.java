package headroom.engine.data;

import headroom.engine.compute.Keys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a dataset and names every row that cannot be used, before a run begins. */
public final class DatasetReader {
    /** Longer texts of a classifier are cut to a fraction of a percent anyway: a mistake in the file. */
    private static final int MOST_CHARACTERS = 100_000;
    private static final int MOST_LABEL_CHARACTERS = 200;
    private static final int MOST_ROWS = 5_000_000;
    /** Language-model documents are held out in runs of neighbours, as neighbours often tell of one thing. */
    private static final int RUNS = 200;

    private final DatasetSource source;
    private final BadRows.Collector bad = new BadRows.Collector();
    private long rows;

    private record Row(long line, List<String> texts, String label) {}

    private DatasetReader(DatasetSource source) {
        this.source = source;
    }

    /**
     * Reads and checks.
     *
     * @throws DataException if a file as a whole cannot be read; a file with too few good rows is a {@link CheckedDataset#problem()} instead, so that its bad rows can be shown
     */
    public static CheckedDataset read(DatasetSource source) {
        return new DatasetReader(source).read();
    }

    private CheckedDataset read() {
        TableFile table = TableFile.open(source.file(), named());
        ChosenColumns columns = table.choose(source.text(), source.label());
        DatasetKind kind = source.kind().orElse(columns.label() == ChosenColumns.NONE ? DatasetKind.LANGUAGE_MODELLING : DatasetKind.CLASSIFICATION);
        if (kind == DatasetKind.LANGUAGE_MODELLING) {
            columns = new ChosenColumns(columns.text(), ChosenColumns.NONE, columns.why());
        } else if (columns.label() == ChosenColumns.NONE) {
            throw new DataException(source.file(), "no column with few values that repeat", "a label column", "Name the label column, or use the file for language modelling.");
        }
        List<Row> train = rows(table, columns);
        ChosenColumns used = columns;
        Optional<List<Row>> given = source.heldOutFile().map(file -> heldOutRows(file, table, used));
        return kind == DatasetKind.CLASSIFICATION ? classification(table, columns, train, given) : languageModelling(table, columns, train, given);
    }

    /** The columns that were chosen by hand. */
    private List<String> named() {
        return Stream.concat(source.text().stream(), source.label().stream()).toList();
    }

    /** The held-out file has the columns of the training file: by name where both have names, by position otherwise. */
    private List<Row> heldOutRows(Path file, TableFile train, ChosenColumns chosen) {
        TableFile table = TableFile.open(file, train.header() ? named() : List.of());
        ChosenColumns same = chosen;
        if (table.header() && train.header()) {
            same = new ChosenColumns(chosen.text().stream().map(i -> table.column(train.columns().get(i))).toList(),
                    chosen.label() == ChosenColumns.NONE ? ChosenColumns.NONE : table.column(train.columns().get(chosen.label())), chosen.why());
        }
        return rows(table, same);
    }

    private List<Row> rows(TableFile table, ChosenColumns columns) {
        List<Row> good = new ArrayList<>();
        table.read(new RowReader.Receiver() {
            @Override
            public boolean row(TableRow row) {
                rows++;
                check(table, columns, row).ifPresent(good::add);
                if (good.size() > MOST_ROWS) {
                    throw new DataException(table.file(), "more than " + MOST_ROWS + " rows", "at most " + MOST_ROWS, "Use a part of the file.");
                }
                return true;
            }

            @Override
            public void bad(String problem, BadRow row) {
                rows += problem.equals("duplicate column name") ? 0 : 1;
                bad.add(problem, row);
            }
        });
        return good;
    }

    private Optional<Row> check(TableFile table, ChosenColumns columns, TableRow row) {
        int width = row.cells().size();
        if (table.format() != TableFormat.JSON_LINES && width != table.columns().size()) {
            boolean few = width < table.columns().size();
            bad.add(few ? "too few columns" : "too many columns", new BadRow(table.file(), row.line(), "row", width + (width == 1 ? " field" : " fields") + ", expected " + table.columns().size(),
                    few ? "Add the missing field or remove the row." : "Put the field that holds the separator in quotation marks, or remove the surplus fields."));
            return Optional.empty();
        }
        List<String> texts = new ArrayList<>();
        for (int column : columns.text()) {
            String text = row.cells().get(column);
            String name = table.columns().get(column);
            if (text == null || text.isBlank()) {
                bad.add("empty text", new BadRow(table.file(), row.line(), name, text == null ? "the field is missing, expected a text" : "the text is empty", "Fill in the text or remove the row."));
                return Optional.empty();
            }
            if (columns.label() != ChosenColumns.NONE && text.length() > MOST_CHARACTERS) {
                bad.add("over-long text", new BadRow(table.file(), row.line(), name, text.length() + " characters, at most " + MOST_CHARACTERS + " are read",
                        "Shorten the text; a missing closing quotation mark joins rows like this."));
                return Optional.empty();
            }
            texts.add(text.strip());
        }
        if (columns.label() == ChosenColumns.NONE) {
            return Optional.of(new Row(row.line(), texts, null));
        }
        String label = row.cells().get(columns.label());
        String name = table.columns().get(columns.label());
        if (label == null || label.isBlank()) {
            bad.add("missing label", new BadRow(table.file(), row.line(), name, "the label is missing", "Fill in the label or remove the row."));
            return Optional.empty();
        }
        if (label.strip().length() > MOST_LABEL_CHARACTERS) {
            bad.add("over-long label", new BadRow(table.file(), row.line(), name, "a label of " + label.strip().length() + " characters, at most " + MOST_LABEL_CHARACTERS + " are expected",
                    "Check that this is the label column and that quotation marks are closed."));
            return Optional.empty();
        }
        return Optional.of(new Row(row.line(), texts, label.strip()));
    }

    private CheckedDataset classification(TableFile table, ChosenColumns columns, List<Row> train, Optional<List<Row>> given) {
        String column = table.columns().get(columns.label());
        Map<String, Long> counts = counts(train);
        Set<String> known = counts.entrySet().stream().filter(e -> e.getValue() > 1).map(Map.Entry::getKey).collect(Collectors.toSet());
        if (known.size() > ColumnStats.MOST_DISTINCT || train.size() >= 20 && counts.size() > train.size() / 2) {
            return failed(table, columns, new DataException(source.file(), counts.size() + " different values in " + (table.header() ? "the column " : "") + column + " of " + train.size() + " rows", "a label that repeats",
                    "Choose another label column, or use the file for language modelling."));
        }
        List<Row> learnable = train.stream().filter(row -> known.contains(row.label) || rare(table, column, row, "only once in the training rows")).toList();
        List<String> labels = known.stream().sorted(LABEL_ORDER).toList();
        Map<String, Integer> numbers = new HashMap<>();
        labels.forEach(label -> numbers.put(label, numbers.size()));
        List<Example> examples = learnable.stream().map(row -> new Example(row.line, row.texts, numbers.get(row.label))).toList();
        Set<Long> heldOut = given.isPresent() ? Set.of() : stratified(examples, labels.size());
        List<Example> judged = given.map(rowsGiven -> rowsGiven.stream()
                        .filter(row -> known.contains(row.label) || unknown(column, row)).map(row -> new Example(row.line, row.texts, numbers.get(row.label))).toList())
                .orElseGet(() -> examples.stream().filter(example -> heldOut.contains(example.row())).toList());
        if (labels.size() < 2) {
            return failed(table, columns, new DataException(source.file(), labels.isEmpty() ? "no good rows" : "one label only (" + labels.getFirst() + ")", "at least two labels with two rows each",
                    "Check the label column " + column + " and the rows that are named."));
        }
        Dataset dataset = new Dataset(source.id(), source.name(), DatasetKind.CLASSIFICATION, labels, examples.stream().filter(example -> !heldOut.contains(example.row())).toList(), judged,
                source.file(), source.card());
        List<Row> all = new ArrayList<>(learnable);
        given.ifPresent(rowsGiven -> rowsGiven.stream().filter(row -> known.contains(row.label)).forEach(all::add));
        return new CheckedDataset(table, columns, DatasetKind.CLASSIFICATION, rows, counts(all), bad.result(), dataset, null);
    }

    private boolean rare(TableFile table, String column, Row row, String where) {
        bad.add("label seen only once", new BadRow(table.file(), row.line, column, "the label \"" + row.label + "\" occurs " + where + ": it cannot be both learned and checked",
                "Add rows with this label, or correct a misspelling."));
        return false;
    }

    private boolean unknown(String column, Row row) {
        Path file = source.heldOutFile().orElseThrow();
        bad.add("label not in the training rows", new BadRow(file, row.line, column, "the label \"" + row.label + "\" does not occur (twice or more) in " + source.file().getFileName(),
                "Add rows with this label to the training file, or correct a misspelling."));
        return false;
    }

    private static Map<String, Long> counts(List<Row> rows) {
        Map<String, Long> counts = new HashMap<>();
        rows.forEach(row -> counts.merge(row.label, 1L, Long::sum));
        Map<String, Long> sorted = new LinkedHashMap<>();
        counts.entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey(LABEL_ORDER)))
                .forEach(e -> sorted.put(e.getKey(), e.getValue()));
        return sorted;
    }

    /** Numbers by size, everything else by letters: class numbers must not depend on the order of the rows. */
    private static final Comparator<String> LABEL_ORDER = Comparator.comparing((String label) -> ColumnStats.isNumber(label) ? Double.parseDouble(label.replace(',', '.')) : Double.MAX_VALUE)
            .thenComparing(Comparator.naturalOrder());

    /** The same share of every label, at least one row of each. */
    private Set<Long> stratified(List<Example> examples, int labels) {
        Set<Long> chosen = new TreeSet<>();
        for (int label = 0; label < labels; label++) {
            int wanted = label;
            List<Example> own = examples.stream().filter(example -> example.label() == wanted).toList();
            int[] order = Keys.permutation(Keys.key(source.splitSeed(), "split", "label", label), own.size());
            int count = Math.max(1, (int) Math.round(own.size() * source.heldOutShare()));
            for (int i = 0; i < count && i < own.size() - 1; i++) {
                chosen.add(own.get(order[i]).row());
            }
        }
        return chosen;
    }

    private CheckedDataset languageModelling(TableFile table, ChosenColumns columns, List<Row> train, Optional<List<Row>> given) {
        List<Example> examples = train.stream().map(DatasetReader::document).toList();
        if (examples.isEmpty() || examples.size() == 1 && given.isEmpty()) {
            return failed(table, columns, new DataException(source.file(), examples.isEmpty() ? "no good rows" : "one document only", "at least two, so that one can be held out",
                    table.format() == TableFormat.TEXT ? "Separate documents by blank lines, or give a file to judge by." : "Add rows, or give a file to judge by."));
        }
        Set<Integer> heldOut = given.isPresent() ? Set.of() : runs(examples.size());
        List<Example> judged = new ArrayList<>();
        List<Example> learned = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            (heldOut.contains(i) ? judged : learned).add(examples.get(i));
        }
        given.ifPresent(rowsGiven -> rowsGiven.stream().map(DatasetReader::document).forEach(judged::add));
        Dataset dataset = new Dataset(source.id(), source.name(), DatasetKind.LANGUAGE_MODELLING, List.of(), learned, judged, source.file(), source.card());
        return new CheckedDataset(table, columns, DatasetKind.LANGUAGE_MODELLING, rows, Map.of(), bad.result(), dataset, null);
    }

    private static Example document(Row row) {
        return new Example(row.line, row.texts, Example.NO_LABEL);
    }

    private Set<Integer> runs(int documents) {
        int size = Math.max(1, documents / RUNS);
        int runs = Math.ceilDiv(documents, size);
        int[] order = Keys.permutation(Keys.key(source.splitSeed(), "split", "documents", 0), runs);
        int wanted = Math.max(1, (int) Math.round(runs * source.heldOutShare()));
        Set<Integer> chosen = new TreeSet<>();
        for (int r = 0; r < wanted && r < runs - 1; r++) {
            for (int i = order[r] * size; i < Math.min(documents, (order[r] + 1) * size); i++) {
                chosen.add(i);
            }
        }
        return chosen;
    }

    private CheckedDataset failed(TableFile table, ChosenColumns columns, DataException problem) {
        DatasetKind kind = columns.label() == ChosenColumns.NONE ? DatasetKind.LANGUAGE_MODELLING : DatasetKind.CLASSIFICATION;
        return new CheckedDataset(table, columns, kind, rows, Map.of(), bad.result(), null, problem);
    }
}
