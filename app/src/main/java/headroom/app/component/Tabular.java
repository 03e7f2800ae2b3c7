package headroom.app.component;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A chart that can also be read as a table: for screen readers, for spreadsheets, and to see the number behind a pixel. */
public interface Tabular {

    /** The figures as they are drawn, in full and not thinned. */
    Figures figures();

    /** @param rows each as long as {@code columns} */
    record Figures(String title, List<String> columns, List<List<String>> rows) {
        public Figures {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
        }

        /** Comma-separated with a header line; numbers with a point and a plain minus, so that programs read them. */
        public String csv() {
            return Stream.concat(Stream.of(columns), rows.stream())
                    .map(row -> row.stream().map(Figures::quoted).collect(Collectors.joining(","))).collect(Collectors.joining("\n", "", "\n"));
        }

        private static String quoted(String cell) {
            return cell.matches("(?s).*[\",\n\r].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
        }
    }
}
