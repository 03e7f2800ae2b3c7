package headroom.engine.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/**
 * One pass over the bytes of a file: which lines are not UTF-8, and is it text at all. A reader that replaced or refused bad bytes could not name the line.
 */
final class Utf8Scan {
    static final long MOST_BYTES = 512L << 20;

    private final Path file;
    private final TreeMap<Long, String> badLines = new TreeMap<>();
    private boolean mark;
    private long line = 1;
    private long column = 1;
    private int pending;
    private int least = 0x80;
    private int most = 0xBF;

    private Utf8Scan(Path file) {
        this.file = file;
    }

    static Utf8Scan of(Path file) {
        Utf8Scan scan = new Utf8Scan(file);
        try {
            if (!Files.isRegularFile(file)) {
                throw new DataException(file, Files.isDirectory(file) ? "a folder" : "no such file", "a CSV, TSV, JSON Lines or text file", "Check the path.");
            }
            long size = Files.size(file);
            if (size == 0) {
                throw new DataException(file, "an empty file", "rows", "Check that the file was written completely.");
            }
            if (size > MOST_BYTES) {
                throw new DataException(file, size / (1 << 20) + " MiB", "at most " + (MOST_BYTES >> 20) + " MiB", "Use a part of the file; a fine-tuning run rarely reads more.");
            }
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
                scan.scan(in);
            }
        } catch (IOException e) {
            throw new DataException(file, "an unreadable file (" + e.getMessage() + ")", "a readable one", "Check its permissions.", e);
        }
        return scan;
    }

    /** The file begins with a byte order mark, which is no part of the text. */
    boolean mark() {
        return mark;
    }

    /** What is wrong with the first bad line between the two, or null. */
    String badBetween(long first, long last) {
        var entry = badLines.ceilingEntry(first);
        return entry == null || entry.getKey() > last ? null : entry.getValue();
    }

    private void scan(InputStream in) throws IOException {
        in.mark(4);
        int a = in.read();
        int b = in.read();
        int c = in.read();
        if (a == 0xFF && b == 0xFE || a == 0xFE && b == 0xFF) {
            throw new DataException(file, "UTF-16", "UTF-8", "Save the file again with the encoding UTF-8.");
        }
        mark = a == 0xEF && b == 0xBB && c == 0xBF;
        if (!mark) {
            in.reset();
        }
        int before = -1;
        for (int value = in.read(); value >= 0; value = in.read()) {
            if (value == 0) {
                throw new DataException(file, "a byte 0 in line " + line, "text", "This is a binary file (or UTF-16 text); choose a CSV, TSV, JSON Lines or text file in UTF-8.");
            }
            take(value);
            if (value == '\r' || value == '\n' && before != '\r') {
                line++;
                column = 0;
            } else if (value == '\n') {
                column = 0;
            }
            column++;
            before = value;
        }
        if (pending > 0) {
            bad(before);
        }
    }

    private void take(int value) {
        if (pending > 0) {
            if (value >= least && value <= most) {
                pending--;
                least = 0x80;
                most = 0xBF;
                return;
            }
            bad(value);
            pending = 0;
        }
        least = 0x80;
        most = 0xBF;
        if (value < 0x80) {
            return;
        }
        if (value >= 0xC2 && value <= 0xDF) {
            pending = 1;
        } else if (value >= 0xE0 && value <= 0xEF) {
            pending = 2;
            least = value == 0xE0 ? 0xA0 : 0x80;
            most = value == 0xED ? 0x9F : 0xBF;
        } else if (value >= 0xF0 && value <= 0xF4) {
            pending = 3;
            least = value == 0xF0 ? 0x90 : 0x80;
            most = value == 0xF4 ? 0x8F : 0xBF;
        } else {
            bad(value);
        }
    }

    private void bad(int value) {
        badLines.putIfAbsent(line, "byte 0x%02X at position %d of line %d".formatted(value, column, line));
    }
}
