package headroom.engine.exchange;

import java.nio.file.Path;

/**
 * A file is not what its format (or its use here) demands. The message names the file, the place in it, what was found, what
 * was expected and what to do; the parts are kept for the window to lay out.
 *
 * <p>Unchecked, because tensors are fetched from deep inside model code; whoever opens a file for a person shows it.
 */
public final class FormatException extends RuntimeException {
    private final String file;
    private final String place;
    private final String found;
    private final String expected;
    private final String advice;

    /**
     * @param file     the file or folder
     * @param place    the tensor, field or part of the file
     * @param found    what stands there
     * @param expected what should
     * @param advice   what the person can do, a whole sentence
     */
    public FormatException(Path file, String place, String found, String expected, String advice) {
        this(file, place, found, expected, advice, null);
    }

    public FormatException(Path file, String place, String found, String expected, String advice, Throwable cause) {
        super(file + ": " + place + ": found " + found + ", expected " + expected + ". " + advice, cause);
        this.file = file.toString();
        this.place = place;
        this.found = found;
        this.expected = expected;
        this.advice = advice;
    }

    public String file() {
        return file;
    }

    public String place() {
        return place;
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
