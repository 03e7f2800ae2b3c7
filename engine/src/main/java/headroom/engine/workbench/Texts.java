package headroom.engine.workbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The cards that lie beside models and datasets. */
final class Texts {
    private Texts() {}

    /** {@code card.md} or {@code README.md} of a folder; empty where there is neither. */
    static String card(Path folder) throws IOException {
        for (final String name : new String[] {"card.md", "README.md"}) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return Files.readString(folder.resolve(name));
            }
        }
        return "";
    }

    /** The first heading of a card. */
    static Optional<String> title(String card) {
        return card.lines().filter(line -> line.startsWith("# ")).map(line -> line.substring(2).strip()).findFirst();
    }
}
