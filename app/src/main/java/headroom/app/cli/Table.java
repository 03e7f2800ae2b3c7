package headroom.app.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** An aligned table; columns whose head begins with {@code >} are set right, as figures are. */
final class Table {
    private final List<String> heads;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... heads) {
        this.heads = List.of(heads);
    }

    void row(Object... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + heads.size() + " columns");
        }
        rows.add(List.of(cells).stream().map(String::valueOf).toList());
    }

    /** A line of its own over the rows that follow. */
    void heading(String text) {
        rows.add(List.of(text));
    }

    void print(PrintStream out) {
        final int[] widths = new int[heads.size()];
        for (int c = 0; c < widths.length; c++) {
            widths[c] = head(c).length();
            for (final List<String> row : rows) {
                widths[c] = row.size() == 1 && widths.length > 1 ? widths[c] : Math.max(widths[c], row.get(c).length());
            }
        }
        out.println(line(widths, java.util.stream.IntStream.range(0, widths.length).mapToObj(this::head).toList()));
        rows.forEach(row -> out.println(row.size() == 1 ? row.getFirst() : line(widths, row)));
    }

    private String line(int[] widths, List<String> cells) {
        final StringBuilder text = new StringBuilder();
        for (int c = 0; c < widths.length; c++) {
            final String space = " ".repeat(widths[c] - cells.get(c).length());
            text.append(c == 0 ? "" : "  ").append(right(c) ? space + cells.get(c) : cells.get(c) + space);
        }
        return text.toString().stripTrailing();
    }

    private boolean right(int column) {
        return heads.get(column).startsWith(">");
    }

    private String head(int column) {
        return right(column) ? heads.get(column).substring(1) : heads.get(column);
    }
}
