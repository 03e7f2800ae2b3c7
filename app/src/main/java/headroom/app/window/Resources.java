package headroom.app.window;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Texts of the class path. */
final class Resources {
    private Resources() {}

    /** @param path from the root, with its leading slash; empty where there is none */
    static Optional<String> text(String path) {
        try (InputStream in = Resources.class.getResourceAsStream(path)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(path + " could not be read.", e);
        }
    }

    /** The version the build wrote ({@code version=0.1.0}); empty in a start without a build. */
    static String version() {
        return text("/headroom/version.properties").flatMap(text -> text.lines().filter(line -> line.startsWith("version=")).findFirst())
                .map(line -> line.substring("version=".length()).strip()).orElse("");
    }
}
