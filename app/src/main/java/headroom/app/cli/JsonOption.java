package headroom.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.WorkbenchException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** {@code --json FILE}; {@code -} is standard output, and then nothing else goes there. */
final class JsonOption {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    @Option(names = "--json", paramLabel = "FILE", description = "write the result as JSON to FILE; - is standard output, and then nothing else goes there")
    private String target;

    boolean onStandardOutput() {
        return "-".equals(target);
    }

    /** Fails now where the file could not be written after hours of work. */
    void check() {
        if (target == null || onStandardOutput()) {
            return;
        }
        final Path file = Path.of(target).toAbsolutePath();
        try {
            Files.createDirectories(file.getParent());
            if (Files.isDirectory(file) || !Files.isWritable(file.getParent())) {
                throw new IOException(Files.isDirectory(file) ? "it is a folder" : "the folder is not writable");
            }
        } catch (IOException e) {
            throw new WorkbenchException(Problem.of("The JSON file " + file + " cannot be written: " + e.getMessage() + ".", "Nothing was started.",
                    "Choose a folder that can be written, or --json - for standard output."), e);
        }
    }

    /** Writes the result: for people unless standard output is taken by JSON, and as JSON where it was asked for. */
    void write(Terminal terminal, Supplier<JsonNode> json, Consumer<PrintStream> forPeople) {
        if (!onStandardOutput()) {
            forPeople.accept(terminal.out());
        }
        if (target != null) {
            write(terminal, target, json.get());
        }
    }

    static void write(Terminal terminal, String target, JsonNode json) {
        final byte[] text = (pretty(json) + "\n").getBytes(StandardCharsets.UTF_8);
        if ("-".equals(target)) {
            terminal.out().writeBytes(text);
            terminal.out().flush();
            return;
        }
        final Path file = Path.of(target).toAbsolutePath();
        try {
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
            // written beside and renamed: a reader never sees half a file
            final Path part = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
            Files.write(part, text);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new WorkbenchException(Problem.of("The JSON file " + file + " could not be written: " + e.getMessage() + ".",
                    "The result itself is safe.", "Choose a folder that can be written, or --json - for standard output."), e);
        }
    }

    private static String pretty(JsonNode json) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            JSON.writeValue(bytes, json);
        } catch (IOException e) {
            throw new IllegalStateException("a tree in memory could not be written", e);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
