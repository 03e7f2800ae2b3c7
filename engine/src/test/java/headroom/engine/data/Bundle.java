package headroom.engine.data;

import java.nio.file.Path;

/** Where the tests find what the build unpacked. */
final class Bundle {
    private Bundle() {}

    static Path folder() {
        return Path.of(System.getProperty("headroom.bundle"));
    }

    static HuggingFaceTokenizers miniLm() {
        return HuggingFaceTokenizers.open(folder().resolve("models/minilm"));
    }
}
