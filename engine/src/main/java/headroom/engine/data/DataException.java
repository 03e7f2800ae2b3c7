package headroom.engine.data;

import java.nio.file.Path;

/** A data file as a whole cannot be used. Single rows that cannot be used are {@link BadRow}s. The parts are kept for the window to lay out. */
public final class DataException extends RuntimeException {
    private final Path file;
    private final String found;
    private final String expected;
    private final String advice;

    /** @param advice what the person can do, a whole sentence */
    public DataException(Path file, String found, String expected, String advice) {
        this(file, found, expected, advice, null);
    }

    public DataException(Path file, String found, String expected, String advice, Throwable cause) {
        super(file + ": found " + found + ", expected " + expected + ". " + advice, cause);
        this.file = file;
        this.found = found;
        this.expected = expected;
        this.advice = advice;
    }

    public Path file() {
        return file;
    }

    public String found() {
        return found;
    }

    public String expected() {
        return expected;
    }

    public String advice() {
        return advice;
    }
}
