package headroom.engine.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The custom of published datasets: {@code train.tsv} lies beside {@code dev.tsv}. */
final class HeldOutFiles {
    private static final List<String> NAMES = List.of("dev", "valid", "validation", "val", "heldout", "test");
    private static final List<String> ENDINGS = List.of("tsv", "csv", "jsonl", "txt");

    private HeldOutFiles() {
    }

    /** The file to judge by that belongs to a file called {@code train.…}. */
    static Optional<Path> beside(Path file) {
        String name = file.getFileName().toString();
        if (!name.startsWith("train.")) {
            return Optional.empty();
        }
        return NAMES.stream().map(stem -> file.resolveSibling(stem + name.substring("train".length()))).filter(Files::isRegularFile).findFirst();
    }

    /** The file called {@code train.…} of a folder. */
    static Optional<Path> trainIn(Path folder) {
        return ENDINGS.stream().map(ending -> folder.resolve("train." + ending)).filter(Files::isRegularFile).findFirst();
    }
}
