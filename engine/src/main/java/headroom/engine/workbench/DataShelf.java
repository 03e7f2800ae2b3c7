package headroom.engine.workbench;

import headroom.engine.data.BadRow;
import headroom.engine.data.CheckedDataset;
import headroom.engine.data.ChosenColumns;
import headroom.engine.data.DataException;
import headroom.engine.data.Dataset;
import headroom.engine.data.DatasetCatalog;
import headroom.engine.data.DatasetKind;
import headroom.engine.data.DatasetReader;
import headroom.engine.data.DatasetSource;
import headroom.engine.data.Example;
import headroom.engine.data.TokenLengths;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The datasets there are, read and checked. What was read is kept while its file does not change. */
final class DataShelf {
    private static final Logger LOG = LoggerFactory.getLogger(DataShelf.class);
    private static final int KEPT = 8;
    private static final int PREVIEW_ROWS = 20;
    private static final int BAD_ROWS_NAMED = 5;

    private final Optional<Path> bundled;
    private final Path own;
    private final DatasetCatalog catalog;
    private final Map<Key, CheckedDataset> read = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, CheckedDataset> eldest) {
            return size() > KEPT;
        }
    };

    /** @param bundled the folder {@code datasets} of the bundle, if there is one */
    DataShelf(Optional<Path> bundled, Path home) {
        this.bundled = bundled;
        this.own = home.resolve("datasets");
        this.catalog = new DatasetCatalog(Stream.concat(bundled.stream(), Stream.of(own)).toList());
    }

    private record Key(Path file, FileTime changed, Optional<Path> heldOutFile, ColumnChoice columns, Optional<DatasetKind> kind) {}

    List<DatasetEntry> entries() {
        final List<DatasetEntry> entries = new ArrayList<>();
        for (final DatasetSource source : told(catalog::sources)) {
            try {
                entries.add(entry(source, check(source)));
            } catch (WorkbenchException e) {
                // one broken dataset must not hide the others
                LOG.warn("left out of the catalog: {}", e.getMessage());
            }
        }
        return entries;
    }

    /**
     * The rows that can be used.
     *
     * @throws WorkbenchException if there are too few of them
     */
    CheckedDataset load(String idOrPath, ColumnChoice columns) {
        final CheckedDataset checked = check(told(() -> catalog.resolve(idOrPath)).withColumns(columns.text(), columns.label()));
        try {
            told(checked::dataset);
        } catch (WorkbenchException e) {
            throw new WorkbenchException(new Problem(e.problem().what() + badRows(checked), e.problem().safe(), e.problem().todo(), ""), e);
        }
        return checked;
    }

    /** The first rows that cannot be used, one a line; empty when all can. */
    static String badRows(CheckedDataset checked) {
        final long bad = checked.bad().count();
        return bad == 0 ? "" : checked.bad().first().stream().limit(BAD_ROWS_NAMED).map(row -> "\n  " + row)
                .collect(Collectors.joining("", " Rows that cannot be used: " + bad + ".", bad > BAD_ROWS_NAMED ? "\n  …" : ""));
    }

    DatasetReport inspect(Path file, ColumnChoice columns) {
        final CheckedDataset checked = check(DatasetSource.of(file.toAbsolutePath()).withColumns(columns.text(), columns.label()));
        final List<List<String>> preview = checked.table().preview().stream().limit(PREVIEW_ROWS)
                .map(row -> row.cells().stream().map(cell -> cell == null ? "" : cell).toList()).toList();
        final LengthHistogram lengths = checked.problem() == null ? words(checked.dataset()) : LengthHistogram.EMPTY;
        return new DatasetReport(checked.table().file(), checked.table().format().title(), checked.table().header(), checked.table().columns(), preview,
                named(checked), checked.columns().why(), kind(checked.kind()), checked.rows(), checked.rows() - checked.bad().count(), checked.labelRows(),
                lengths, checked.bad().first().stream().map(DataShelf::badRow).toList());
    }

    /** Copies the file, and its held-out file, into the home folder with a card. Nothing is left where it fails. */
    DatasetEntry take(Path file, ColumnChoice columns) {
        final DatasetSource source = DatasetSource.of(file.toAbsolutePath()).withColumns(columns.text(), columns.label());
        final CheckedDataset checked = check(source);
        told(checked::dataset);
        final Path folder = own.resolve(freeId(source.id()));
        try {
            DatasetImport.write(folder, source, checked, named(checked));
        } catch (IOException e) {
            throw new WorkbenchException(Problem.of("The dataset could not be copied to " + folder + ": " + e.getMessage() + ".",
                    "Nothing was taken in; the file itself is untouched.", "Check the free space and the permissions of " + own + "."), e);
        }
        final DatasetSource taken = told(() -> DatasetCatalog.read(folder));
        return entry(taken, check(taken));
    }

    private String freeId(String wanted) {
        final String id = wanted.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9._-]+", "-").replaceAll("^[-.]+|[-.]+$", "");
        final String stem = id.isEmpty() ? "data" : id;
        final List<String> taken = told(catalog::sources).stream().map(DatasetSource::id).toList();
        return Stream.concat(Stream.of(stem), IntStream.iterate(2, n -> n + 1).mapToObj(n -> stem + "-" + n))
                .filter(free -> !taken.contains(free) && !Files.exists(own.resolve(free))).findFirst().orElseThrow();
    }

    private CheckedDataset check(DatasetSource source) {
        final Key key = new Key(source.file(), changed(source.file()), source.heldOutFile(), new ColumnChoice(source.text(), source.label()), source.kind());
        synchronized (read) {
            final CheckedDataset known = read.get(key);
            if (known != null) {
                return known;
            }
        }
        // two threads may read the same file at the same time: both get the same rows
        final CheckedDataset checked = told(() -> DatasetReader.read(source));
        synchronized (read) {
            read.put(key, checked);
        }
        return checked;
    }

    private static FileTime changed(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new WorkbenchException(Problem.of("The data file " + file + " cannot be read: " + e.getMessage() + ".", "Nothing was changed.",
                    "Check the path and its permissions."), e);
        }
    }

    private DatasetEntry entry(DatasetSource source, CheckedDataset checked) {
        final List<String> labels = checked.problem() == null ? checked.dataset().labels() : List.copyOf(checked.labelRows().keySet());
        final LengthHistogram lengths = checked.problem() == null ? words(checked.dataset()) : LengthHistogram.EMPTY;
        final String card = source.card().text().isBlank() ? "# " + source.name() + "\n\n" + source.card().about() + "\n\nLicence: " + source.card().licence() + ".\n"
                : source.card().text();
        return new DatasetEntry(source.id(), source.name(), kind(checked.kind()), checked.rows() - checked.bad().count(), labels, lengths,
                checked.bad().count(), source.file(), named(checked), bundled.filter(folder -> source.file().startsWith(folder)).isPresent(), card);
    }

    /** The columns by name, so that a choice survives a change of their order. */
    static ColumnChoice named(CheckedDataset checked) {
        final List<String> names = checked.table().columns();
        final boolean named = checked.table().header();
        final ChosenColumns used = checked.columns();
        return new ColumnChoice(used.text().stream().map(i -> named ? names.get(i) : Integer.toString(i + 1)).toList(),
                used.label() == ChosenColumns.NONE ? Optional.empty() : Optional.of(named ? names.get(used.label()) : Integer.toString(used.label() + 1)));
    }

    private static LengthHistogram words(Dataset data) {
        final List<Example> rows = Stream.concat(data.train().stream(), data.heldOut().stream()).toList();
        return histogram(TokenLengths.of(rows.stream().mapToInt(row -> words(row.text())).toArray(), rows.stream().mapToLong(Example::row).toArray(), Integer.MAX_VALUE),
                "words");
    }

    private static int words(String text) {
        int words = 0;
        boolean inside = false;
        for (int i = 0; i < text.length(); i++) {
            final boolean letter = !Character.isWhitespace(text.charAt(i));
            words += letter && !inside ? 1 : 0;
            inside = letter;
        }
        return words;
    }

    static LengthHistogram histogram(TokenLengths lengths, String unit) {
        return new LengthHistogram(unit, lengths.binWidth(), IntStream.of(lengths.bins()).mapToObj(Long::valueOf).toList(), lengths.median(), lengths.longest(),
                lengths.longestRow());
    }

    private static DatasetReport.BadRow badRow(BadRow row) {
        return new DatasetReport.BadRow(row.file(), row.row(), row.field(), row.reason(), row.fix());
    }

    static TaskKind kind(DatasetKind kind) {
        return switch (kind) {
            case CLASSIFICATION -> TaskKind.CLASSIFICATION;
            case LANGUAGE_MODELLING -> TaskKind.LANGUAGE_MODEL;
        };
    }

    /** What the data floor refuses, in the words of the facade. */
    static <T> T told(Supplier<T> work) {
        try {
            return work.get();
        } catch (DataException e) {
            throw new WorkbenchException(Problem.of("The data file " + e.file() + " cannot be used: found " + e.found() + ", expected " + e.expected() + ".",
                    "Nothing was changed.", e.advice()), e);
        } catch (UncheckedIOException e) {
            throw new WorkbenchException(Problem.of("The data cannot be read: " + e.getMessage() + ".", "Nothing was changed.", "Check the disk and the permissions."), e);
        }
    }
}
