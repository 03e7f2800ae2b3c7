package headroom.engine.exchange;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Writing a folder of files so that it appears whole or not at all. */
public final class NewFolder {

    /** Writes the files. */
    public interface Contents {
        void writeInto(Path draft) throws IOException;
    }

    private NewFolder() {
    }

    /** @throws FileAlreadyExistsException if something is there already */
    public static void write(Path folder, Contents contents) throws IOException {
        Path target = folder.toAbsolutePath();
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(folder.toString(), null, "an export never overwrites: choose a new folder");
        }
        Files.createDirectories(target.getParent());
        Path draft = target.resolveSibling(target.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".part");
        Files.createDirectory(draft);
        try {
            contents.writeInto(draft);
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(draft);
        }
        AtomicFile.syncFolder(target.getParent());
    }

    private static void delete(Path draft) throws IOException {
        if (!Files.exists(draft)) {
            return;
        }
        List<Path> inside;
        try (Stream<Path> all = Files.walk(draft)) {
            inside = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : inside) {
            Files.delete(path);
        }
    }
}
