package headroom.engine.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A file of rows: CSV, TSV, JSON Lines or plain text, in UTF-8. Opening it tells format, header and columns; the rows are streamed, never held.
 */
public final class TableFile {
    private static final int PREVIEW = 50;
    private static final int SAMPLE_LINES = 2000;

    private final Path file;
    private final RowReader reader;
    private final TableFormat format;
    private final RowReader.Dialect dialect;
    private final boolean header;
    private final List<String> columns;
    private final List<BadRow> headerProblems = new ArrayList<>();
    private final List<ColumnStats> stats;
    private final List<TableRow> preview;

    private TableFile(Path file, Collection<String> named) {
        this.file = file;
        this.reader = new RowReader(file, Utf8Scan.of(file));
        List<String> sample = sample();
        this.format = FormatGuess.format(file, sample);
        this.dialect = format == TableFormat.CSV || format == TableFormat.TSV ? FormatGuess.dialect(format, sample) : null;
        List<String> jsonFields = format == TableFormat.JSON_LINES ? reader.jsonFields(SAMPLE_LINES) : List.of();
        Survey survey = new Survey();
        read(jsonFields, false, survey);
        if (survey.first == null) {
            throw new DataException(file, survey.problem == null ? "no rows" : survey.problem.reason() + " (row " + survey.problem.row() + ")", "rows",
                    survey.problem == null ? "Check that this is the right file." : survey.problem.fix());
        }
        this.header = switch (format) {
            case JSON_LINES -> true;
            case TEXT -> false;
            case CSV, TSV -> names(survey.first.cells(), named) || ColumnGuess.header(survey.first.cells(), survey.stats);
        };
        if (!header || format == TableFormat.JSON_LINES) {
            survey.count(survey.first);
        }
        int width = format == TableFormat.JSON_LINES ? jsonFields.size() : header ? survey.first.cells().size() : survey.usualWidth();
        this.columns = switch (format) {
            case JSON_LINES -> jsonFields;
            case TEXT -> List.of("text");
            case CSV, TSV -> header ? names(survey.first) : numbered(width);
        };
        survey.widen(width);
        this.stats = survey.stats;
        this.preview = survey.preview.subList(header && format != TableFormat.JSON_LINES ? 1 : 0, survey.preview.size());
    }

    /**
     * @throws DataException if it is no text, too large, empty, or in an encoding other than UTF-8 as a whole
     */
    public static TableFile open(Path file) {
        return open(file, List.of());
    }

    /**
     * @param named columns that a person chose: a first row that holds all their names is the header, whatever it looks like
     * @throws DataException as {@link #open(Path)}
     */
    static TableFile open(Path file, Collection<String> named) {
        return new TableFile(file, named);
    }

    private static boolean names(List<String> cells, Collection<String> named) {
        List<String> first = cells.stream().map(cell -> cell.strip().toLowerCase(Locale.ROOT)).toList();
        List<String> names = named.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).filter(name -> !name.matches("\\d+")).toList();
        return !names.isEmpty() && first.containsAll(names);
    }

    public Path file() {
        return file;
    }

    public TableFormat format() {
        return format;
    }

    /** The first line names the columns (or the rows name their fields, as in JSON). */
    public boolean header() {
        return header;
    }

    /** Names in file order; {@code column 1}, {@code column 2} … without a header. */
    public List<String> columns() {
        return columns;
    }

    /** The first rows, header left out. */
    public List<TableRow> preview() {
        return List.copyOf(preview);
    }

    /**
     * The column that a person names: its header, or its 1-based number.
     *
     * @throws DataException if there is none
     */
    public int column(String name) {
        String wanted = name.strip();
        int exact = columns.indexOf(wanted);
        if (exact >= 0) {
            return exact;
        }
        List<String> lower = columns.stream().map(column -> column.toLowerCase(Locale.ROOT)).toList();
        int similar = lower.indexOf(wanted.toLowerCase(Locale.ROOT));
        if (similar >= 0) {
            return similar;
        }
        if (wanted.matches("\\d{1,6}") && Integer.parseInt(wanted) >= 1 && Integer.parseInt(wanted) <= columns.size()) {
            return Integer.parseInt(wanted) - 1;
        }
        throw new DataException(file, "the column name \"" + name + "\"", header ? "one of " + String.join(", ", columns) + ", or a number from 1 to " + columns.size()
                : "a number from 1 to " + columns.size() + " (this file has no header row)", "Choose one of these columns.");
    }

    /** The columns a person chose; what is not said is guessed. */
    public ChosenColumns choose(List<String> text, Optional<String> label) {
        ChosenColumns guess = ColumnGuess.columns(columns, header, stats);
        if (text.isEmpty() && label.isEmpty()) {
            return guess;
        }
        int labelColumn = label.map(this::column).orElse(guess.label());
        List<Integer> textColumns = text.isEmpty() ? guess.text() : text.stream().map(this::column).toList();
        if (text.isEmpty() && textColumns.contains(labelColumn)) {
            List<ColumnStats> others = new ArrayList<>(stats);
            others.set(labelColumn, new ColumnStats());
            textColumns = ColumnGuess.columns(columns, header, others).text();
        }
        if (textColumns.contains(labelColumn)) {
            if (label.isPresent()) {
                throw new DataException(file, "the column " + columns.get(labelColumn) + " as text and as label", "two different columns", "Choose another column for one of them.");
            }
            labelColumn = ChosenColumns.NONE;
        }
        return new ChosenColumns(textColumns, labelColumn, text.isEmpty() || label.isEmpty() ? "partly chosen; " + guess.why() : "chosen");
    }

    /** Streams the good rows; bad ones are named. A row of CSV or TSV with a wrong number of fields is bad. */
    void read(RowReader.Receiver receiver) {
        headerProblems.forEach(problem -> receiver.bad("duplicate column name", problem));
        read(columns, header, receiver);
    }

    private void read(List<String> fields, boolean skipFirst, RowReader.Receiver receiver) {
        switch (format) {
            case CSV, TSV -> reader.delimited(dialect, skipFirst ? new SkipFirst(receiver) : receiver);
            case JSON_LINES -> reader.json(fields, receiver);
            case TEXT -> reader.blocks(receiver);
        }
    }

    private List<String> sample() {
        try (BufferedReader in = reader.open()) {
            return in.lines().limit(SAMPLE_LINES).toList();
        } catch (IOException e) {
            throw new DataException(file, "an unreadable file (" + e.getMessage() + ")", "a readable one", "Check the disk and the permissions.", e);
        }
    }

    private List<String> names(TableRow first) {
        List<String> names = new ArrayList<>();
        for (String cell : first.cells()) {
            String name = cell.strip();
            String unique = name;
            for (int n = 2; names.contains(unique); n++) {
                unique = name + " (" + n + ")";
            }
            if (!unique.equals(name)) {
                headerProblems.add(new BadRow(file, first.line(), name, "the header names two columns \"" + name + "\"; the later one is called \"" + unique + "\" here",
                        "Give every column its own name."));
            }
            names.add(unique);
        }
        return List.copyOf(names);
    }

    private static List<String> numbered(int width) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= width; i++) {
            names.add("column " + i);
        }
        return List.copyOf(names);
    }

    /** Passes on everything behind the header row. */
    private static final class SkipFirst implements RowReader.Receiver {
        private final RowReader.Receiver behind;
        private boolean first = true;

        private SkipFirst(RowReader.Receiver behind) {
            this.behind = behind;
        }

        @Override
        public boolean row(TableRow row) {
            boolean skip = first;
            first = false;
            return skip || behind.row(row);
        }

        @Override
        public void bad(String problem, BadRow row) {
            behind.bad(problem, row);
        }
    }

    /** The first pass: what stands in the columns below the first row. */
    private static final class Survey implements RowReader.Receiver {
        private final List<ColumnStats> stats = new ArrayList<>();
        private final List<TableRow> preview = new ArrayList<>();
        private final Map<Integer, Integer> widths = new HashMap<>();
        private TableRow first;
        private BadRow problem;

        @Override
        public boolean row(TableRow row) {
            if (preview.size() < PREVIEW) {
                preview.add(row);
            }
            if (first == null) {
                first = row;
            } else {
                count(row);
            }
            return true;
        }

        private void count(TableRow row) {
            widths.merge(row.cells().size(), 1, Integer::sum);
            widen(row.cells().size());
            for (int i = 0; i < row.cells().size(); i++) {
                stats.get(i).add(row.cells().get(i));
            }
        }

        private void widen(int width) {
            while (stats.size() < width) {
                stats.add(new ColumnStats());
            }
        }

        private int usualWidth() {
            return widths.entrySet().stream().max(Map.Entry.<Integer, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey())).orElseThrow().getKey();
        }

        @Override
        public void bad(String kind, BadRow row) {
            problem = problem == null ? row : problem;
        }
    }
}
