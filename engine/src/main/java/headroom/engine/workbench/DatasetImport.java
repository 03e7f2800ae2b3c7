package headroom.engine.workbench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.data.CheckedDataset;
import headroom.engine.data.DatasetKind;
import headroom.engine.data.DatasetSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Writes a dataset folder of the home folder: the rows as they are, and a card that says how they are read. */
final class DatasetImport {
    private DatasetImport() {}

    static void write(Path folder, DatasetSource source, CheckedDataset checked, ColumnChoice columns) throws IOException {
        Files.createDirectories(folder.getParent());
        // filled beside its final name: a folder that the catalog sees is whole
        final Path filling = Files.createTempDirectory(folder.getParent(), ".import-");
        try {
            copy(source.file(), filling);
            if (source.heldOutFile().isPresent()) {
                copy(source.heldOutFile().get(), filling);
            }
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(filling.resolve("card.json").toFile(), card(source, checked, columns));
            Files.move(filling, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            remove(filling);
            throw e;
        }
    }

    private static ObjectNode card(DatasetSource source, CheckedDataset checked, ColumnChoice columns) {
        final ObjectNode card = new ObjectMapper().createObjectNode().put("name", source.name())
                .put("kind", checked.kind() == DatasetKind.CLASSIFICATION ? "classification" : "language-modelling")
                .put("file", source.file().getFileName().toString());
        source.heldOutFile().ifPresent(file -> card.put("heldOutFile", file.getFileName().toString()));
        columns.text().forEach(card.withArray("text")::add);
        columns.label().ifPresent(label -> card.put("label", label));
        return card.put("heldOut", source.heldOutShare()).put("licence", source.card().licence()).put("about", "Imported from " + source.file() + ".");
    }

    private static void copy(Path file, Path folder) throws IOException {
        Files.copy(file, folder.resolve(file.getFileName()));
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (final Path file : List.copyOf(files.toList())) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }
}
