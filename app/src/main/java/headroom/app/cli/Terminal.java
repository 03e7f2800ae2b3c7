package headroom.app.cli;

import headroom.engine.workbench.Workbench;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Where commands write and what they ask.
 *
 * @param out results only
 * @param err messages and progress
 * @param interactive a person watches: progress may rewrite its line
 * @param open gives the workbench of a home folder
 */
record Terminal(PrintStream out, PrintStream err, boolean interactive, Function<Path, Workbench> open) {

    /** The process's own streams, always as UTF-8 so that JSON is valid whatever the locale is. */
    static Terminal ofProcess(Function<Path, Workbench> open) {
        return new Terminal(
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                System.console() != null && System.console().isTerminal(), open);
    }
}
