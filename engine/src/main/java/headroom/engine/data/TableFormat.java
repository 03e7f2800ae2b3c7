package headroom.engine.data;

/** Formats of data files. */
public enum TableFormat {
    /** Comma, semicolon or tab between fields, quotation marks around fields that need them (RFC 4180). */
    CSV("CSV"),
    /** Tabs between fields; quotation marks are ordinary characters unless the whole file uses them as CSV does. */
    TSV("TSV"),
    /** One JSON object per line. */
    JSON_LINES("JSON Lines"),
    /** Plain text; blank lines separate documents. */
    TEXT("text");

    private final String title;

    TableFormat(String title) {
        this.title = title;
    }

    /** As a person calls it. */
    public String title() {
        return title;
    }
}
