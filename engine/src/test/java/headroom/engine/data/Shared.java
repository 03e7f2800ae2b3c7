package headroom.engine.data;

import java.nio.file.Files;
import java.nio.file.Path;

/** Published datasets that may lie beside the repository; they are not part of it. */
final class Shared {
    private Shared() {}

    static Path folder() {
        String named = System.getenv("HEADROOM_SHARED_DATA");
        if (named != null) {
            return Path.of(named);
        }
        Path root = Path.of("").toAbsolutePath();
        while (root.getParent() != null && !Files.exists(root.resolve(".editorconfig"))) {
            root = root.getParent();
        }
        return root.resolveSibling("shared").resolve("data");
    }
}
