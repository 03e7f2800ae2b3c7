package headroom.engine.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Streams the rows of a file in each of the formats. */
final class RowReader {
    private static final JsonMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    /** Takes what is read. */
    interface Receiver {
        /** @return false to stop reading */
        boolean row(TableRow row);

        void bad(String problem, BadRow row);
    }

    /** How the fields of a delimited file are told apart. */
    record Dialect(char delimiter, boolean quoted) {}

    private final Path file;
    private final Utf8Scan scan;

    RowReader(Path file, Utf8Scan scan) {
        this.file = file;
        this.scan = scan;
    }

    /** A reader that stands behind the byte order mark. Bad bytes become U+FFFD here; {@link Utf8Scan} knows their lines. */
    BufferedReader open() {
        try {
            InputStream in = Files.newInputStream(file);
            if (scan.mark()) {
                in.skipNBytes(3);
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Delimited rows; blank lines are no rows. */
    void delimited(Dialect dialect, Receiver receiver) {
        CSVFormat format = CSVFormat.DEFAULT.builder().setDelimiter(dialect.delimiter()).setQuote(dialect.quoted() ? '"' : null).setIgnoreEmptyLines(false).get();
        long line = 1;
        try (CSVParser parser = CSVParser.builder().setReader(open()).setFormat(format).get()) {
            var records = parser.iterator();
            while (records.hasNext()) {
                CSVRecord found = records.next();
                long last = Math.max(line, parser.getCurrentLineNumber());
                List<String> cells = Arrays.asList(found.values());
                boolean blank = cells.size() == 1 && cells.getFirst().isBlank();
                if (!blank && !offer(new TableRow(line, last, cells), receiver)) {
                    return;
                }
                line = last + 1;
            }
        } catch (UncheckedIOException | IOException e) {
            receiver.bad("unclosed quotation mark", new BadRow(file, line, "row",
                    "a quotation mark opens a field here that is not closed properly (" + reason(e) + "); the rest of the file could not be read",
                    "Close the field with a quotation mark and write quotation marks inside it twice (\"\")."));
        }
    }

    private static String reason(Exception e) {
        Throwable root = e.getCause() instanceof IOException io ? io : e;
        return root.getMessage();
    }

    /** JSON objects, one a line, with their cells in the order of {@code columns}. */
    void json(List<String> columns, Receiver receiver) {
        jsonObjects((line, fields) -> offer(new TableRow(line, line, inOrder(columns, fields)), receiver), receiver);
    }

    /** The names of the fields of the first {@code rows} objects, in order of appearance. */
    List<String> jsonFields(int rows) {
        List<String> names = new ArrayList<>();
        int[] left = {rows};
        jsonObjects((line, fields) -> {
            fields.keySet().stream().filter(Predicate.not(names::contains)).forEach(names::add);
            return --left[0] > 0;
        }, new Receiver() {
            @Override
            public boolean row(TableRow row) {
                return true;
            }

            @Override
            public void bad(String problem, BadRow row) {
                // named by the pass that reads the rows
            }
        });
        return names;
    }

    private interface ObjectReceiver {
        boolean object(long line, Map<String, String> fields);
    }

    private void jsonObjects(ObjectReceiver objects, Receiver receiver) {
        lines((number, text) -> {
            if (text.isBlank()) {
                return true;
            }
            try {
                JsonNode node = JSON.readTree(text);
                if (!node.isObject()) {
                    receiver.bad("not a JSON object", new BadRow(file, number, "row", "found JSON that is no object, expected {\"field\": value, …}",
                            "Write one JSON object per line."));
                    return true;
                }
                Map<String, String> fields = new LinkedHashMap<>();
                node.properties().forEach(field -> fields.put(field.getKey(), text(field.getValue())));
                return objects.object(number, fields);
            } catch (JsonProcessingException e) {
                int column = e.getLocation() == null ? 1 : e.getLocation().getColumnNr();
                receiver.bad("not readable as JSON", new BadRow(file, number, "row", "not readable as JSON at position " + column + " (" + firstLine(e.getOriginalMessage()) + ")",
                        "Write one complete JSON object per line; line breaks inside a text are written \\n."));
                return true;
            }
        });
    }

    /** Not a stream to a list: a missing field is null. */
    private static List<String> inOrder(List<String> columns, Map<String, String> fields) {
        List<String> cells = new ArrayList<>(columns.size());
        columns.forEach(column -> cells.add(fields.get(column)));
        return cells;
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }

    private static String text(JsonNode value) {
        return value.isNull() ? null : value.isValueNode() ? value.asText() : value.toString();
    }

    /** Documents of plain text: blocks of lines between blank lines. */
    void blocks(Receiver receiver) {
        StringBuilder block = new StringBuilder();
        long[] first = {0};
        long[] last = {0};
        boolean[] open = {true};
        lines((number, text) -> {
            if (text.isBlank()) {
                open[0] = flush(block, first[0], last[0], receiver);
            } else {
                first[0] = block.isEmpty() ? number : first[0];
                last[0] = number;
                block.append(block.isEmpty() ? "" : "\n").append(text.stripTrailing());
            }
            return open[0];
        });
        if (open[0]) {
            flush(block, first[0], last[0], receiver);
        }
    }

    private boolean flush(StringBuilder block, long first, long last, Receiver receiver) {
        if (block.isEmpty()) {
            return true;
        }
        TableRow row = new TableRow(first, last, List.of(block.toString()));
        block.setLength(0);
        return offer(row, receiver);
    }

    private interface LineReceiver {
        boolean line(long number, String text);
    }

    private void lines(LineReceiver receiver) {
        try (BufferedReader reader = open()) {
            long number = 0;
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                if (!receiver.line(++number, text)) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new DataException(file, "an unreadable file (" + e.getMessage() + ")", "a readable one", "Check the disk and the permissions.", e);
        }
    }

    /** Rows with bytes that are not UTF-8 are named, not passed on. */
    private boolean offer(TableRow row, Receiver receiver) {
        String bad = scan.badBetween(row.line(), row.lastLine());
        if (bad == null) {
            return receiver.row(row);
        }
        receiver.bad("not UTF-8", new BadRow(file, row.line(), "row", bad + " is not UTF-8", "Save the file with the encoding UTF-8 (it looks like Windows-1252 or Latin-1)."));
        return true;
    }
}
