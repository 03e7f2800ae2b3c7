package headroom.engine.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The datasets of one or more {@code datasets} folders, each in a folder of its own with a {@code card.json}:
 *
 * <pre>{ "name", "kind": "classification" | "language-modelling", "file", "heldOutFile"?, "text": [column…]?, "label"?, "heldOut": share?, "licence", "about" }</pre>
 *
 * A {@code card.md} beside it is the card in full.
 */
public final class DatasetCatalog {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Path> folders;

    /** @param folders each holds one folder per dataset; a folder that does not exist holds none */
    public DatasetCatalog(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    /** All of them, by id; a folder that comes first wins. */
    public List<DatasetSource> sources() {
        List<DatasetSource> all = new ArrayList<>();
        for (Path folder : folders) {
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (var entries = Files.list(folder)) {
                entries.filter(entry -> Files.isRegularFile(entry.resolve("card.json"))).sorted().map(DatasetCatalog::read)
                        .filter(source -> all.stream().noneMatch(other -> other.id().equals(source.id()))).forEach(all::add);
            } catch (IOException e) {
                throw new DataException(folder, "an unreadable folder (" + e.getMessage() + ")", "a readable one", "Check its permissions.", e);
            }
        }
        return all;
    }

    public Optional<DatasetSource> find(String id) {
        return sources().stream().filter(source -> source.id().equals(id)).findFirst();
    }

    /**
     * The dataset of that id, or a file or folder of the user's own. A file {@code train.tsv} takes {@code dev.tsv} (or valid, test) beside it as its held-out rows; a folder is one
     * with a {@code card.json} or such a file.
     *
     * @throws DataException if it is none of them
     */
    public DatasetSource resolve(String idOrPath) {
        Optional<DatasetSource> known = find(idOrPath);
        if (known.isPresent()) {
            return known.get();
        }
        Path path = Path.of(idOrPath);
        if (Files.isRegularFile(path.resolve("card.json"))) {
            return read(path);
        }
        if (Files.isDirectory(path)) {
            Path train = HeldOutFiles.trainIn(path).orElseThrow(() -> new DataException(path, "a folder without card.json or train.tsv", "a dataset",
                    "Name the file itself, or call it train.tsv, train.csv, train.jsonl or train.txt."));
            return DatasetSource.of(train);
        }
        if (!Files.exists(path)) {
            throw new DataException(path, "neither a file nor a known dataset", "a file, or one of " + String.join(", ", sources().stream().map(DatasetSource::id).toList()),
                    "Check the spelling.");
        }
        return DatasetSource.of(path);
    }

    /** Reads the card of one dataset folder. */
    public static DatasetSource read(Path folder) {
        Path file = folder.resolve("card.json");
        JsonNode card;
        try {
            card = JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new DataException(file, "no readable JSON (" + e.getMessage() + ")", "a card", "Correct the file.", e);
        }
        Path rows = folder.resolve(required(file, card, "file"));
        if (!Files.isRegularFile(rows)) {
            throw new DataException(file, "\"file\": \"" + card.get("file").asText() + "\", which does not exist", "a file in " + folder, "Put the file there or correct the card.");
        }
        List<String> text = new ArrayList<>();
        card.path("text").forEach(column -> text.add(column.asText()));
        return new DatasetSource(folder.toAbsolutePath().getFileName().toString(), required(file, card, "name"), rows, optional(card, "heldOutFile").map(folder::resolve), text,
                optional(card, "label"), Optional.of(kind(file, required(file, card, "kind"))), card.path("heldOut").asDouble(DatasetSource.USUAL_SHARE), 0,
                new DatasetCard(required(file, card, "licence"), required(file, card, "about"), text(folder.resolve("card.md"))));
    }

    private static DatasetKind kind(Path file, String kind) {
        return switch (kind) {
            case "classification" -> DatasetKind.CLASSIFICATION;
            case "language-modelling" -> DatasetKind.LANGUAGE_MODELLING;
            default -> throw new DataException(file, "\"kind\": \"" + kind + "\"", "classification or language-modelling", "Correct the card.");
        };
    }

    private static String required(Path file, JsonNode card, String field) {
        return optional(card, field).orElseThrow(() -> new DataException(file, "no \"" + field + "\"", "a card with name, kind, file, licence and about", "Complete the card."));
    }

    private static Optional<String> optional(JsonNode card, String field) {
        return card.hasNonNull(field) ? Optional.of(card.get(field).asText()) : Optional.empty();
    }

    private static String text(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new DataException(file, "an unreadable card (" + e.getMessage() + ")", "Markdown in UTF-8", "Check the file.", e);
        }
    }
}
