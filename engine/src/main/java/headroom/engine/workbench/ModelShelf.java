package headroom.engine.workbench;

import headroom.engine.exchange.FormatException;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.ModelShape;
import headroom.engine.model.ModelShapes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The models there are: folders of the bundle and of the home folder, and the published shapes. */
final class ModelShelf {
    private static final Logger LOG = LoggerFactory.getLogger(ModelShelf.class);
    private static final long BYTES_PER_BF16 = 2;

    private final Optional<Path> bundled;
    private final Path own;

    /** @param bundled the folder {@code models} of the bundle, if there is one */
    ModelShelf(Optional<Path> bundled, Path home) {
        this.bundled = bundled;
        this.own = home.resolve("models");
    }

    /** A model as it lies on the shelf: its shape, and its folder unless it is shape-only. */
    record Shelved(ModelEntry entry, ModelConfig config, Optional<Path> folder) {}

    List<ModelEntry> entries() {
        final List<ModelEntry> entries = new ArrayList<>();
        bundled.ifPresent(folder -> folders(folder, true).forEach(shelved -> entries.add(shelved.entry())));
        folders(own, false).forEach(shelved -> entries.add(shelved.entry()));
        ModelShapes.all().forEach(shape -> entries.add(shapeOnly(shape).entry()));
        return entries;
    }

    /**
     * @param idOrPath id of the catalog, or a folder
     * @throws WorkbenchException naming what was looked for and where
     */
    Shelved find(String idOrPath) {
        final Optional<Shelved> known = Stream.concat(bundled.stream(), Stream.of(own)).map(shelf -> shelf.resolve(idOrPath))
                .filter(ModelShelf::holdsModel).findFirst().map(folder -> folder(folder, !folder.startsWith(own)));
        if (known.isPresent()) {
            return known.get();
        }
        final Optional<ModelShape> shape = ModelShapes.find(idOrPath);
        if (shape.isPresent()) {
            return shapeOnly(shape.get());
        }
        final Path folder = Path.of(idOrPath).toAbsolutePath().normalize();
        if (holdsModel(folder)) {
            return folder(folder, false);
        }
        throw new WorkbenchException(Problem.of("There is no model '" + idOrPath + "' in the catalog, and " + folder + " is no folder with a config.json.",
                "Nothing was changed.", nearest(idOrPath).map(id -> "'" + id + "' is in the catalog.").orElse("headroom catalog models lists what there is.")));
    }

    private Optional<String> nearest(String wanted) {
        final String plain = plain(wanted);
        return entries().stream().map(ModelEntry::id).filter(id -> plain(id).contains(plain) || plain.contains(plain(id))).findFirst();
    }

    private static String plain(String id) {
        return id.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private static boolean holdsModel(Path folder) {
        return Files.isRegularFile(folder.resolve("config.json"));
    }

    private static List<Shelved> folders(Path shelf, boolean sample) {
        if (!Files.isDirectory(shelf)) {
            return List.of();
        }
        final List<Shelved> found = new ArrayList<>();
        try (Stream<Path> folders = Files.list(shelf)) {
            for (final Path folder : folders.filter(ModelShelf::holdsModel).sorted().toList()) {
                try {
                    found.add(folder(folder, sample));
                } catch (WorkbenchException e) {
                    // one broken folder must not hide the others
                    LOG.warn("left out of the catalog: {}", e.getMessage());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the models in " + shelf + " cannot be listed", e);
        }
        return found;
    }

    private static Shelved folder(Path folder, boolean sample) {
        try {
            final ModelConfig config = HuggingFaceConfig.read(folder);
            final String id = folder.getFileName().toString();
            final String card = Texts.card(folder);
            final long bytes = weightsBytes(folder);
            // a folder without weights is a shape with a tokenizer: it can be pre-trained
            final ModelEntry entry = entry(id, Texts.title(card).orElse(id), config, bytes, bytes == 0, sample, card);
            return new Shelved(entry, config, Optional.of(folder));
        } catch (IOException | FormatException e) {
            throw new WorkbenchException(Problem.of("The model in " + folder + " cannot be read: " + e.getMessage(), "Nothing was changed.",
                    "Put back its config.json, or remove the folder."), e);
        }
    }

    private static Shelved shapeOnly(ModelShape shape) {
        final ModelConfig config = shape.config();
        final String card = "# " + shape.title() + "\n\nShape only: it can be planned with, not trained. Configuration published at " + shape.source()
                + ". Licence of the weights: " + shape.licence() + ".\n";
        return new Shelved(entry(shape.id(), shape.title(), config, config.parameterCount() * BYTES_PER_BF16, true, false, card), config, Optional.empty());
    }

    private static ModelEntry entry(String id, String name, ModelConfig config, long bytes, boolean shapeOnly, boolean sample, String card) {
        final boolean encoder = config.family().isEncoder();
        return new ModelEntry(id, name, encoder ? "encoder" : "decoder", config.parameterCount(), config.layers(), config.hidden(), config.vocab(),
                config.maxPositions(), bytes, shapeOnly,
                encoder ? Set.of(TaskKind.CLASSIFICATION) : Set.of(TaskKind.LANGUAGE_MODEL, TaskKind.CLASSIFICATION), sample, card);
    }

    private static long weightsBytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            long bytes = 0;
            for (final Path file : files.filter(f -> f.toString().endsWith(".safetensors") || f.toString().endsWith(".onnx")).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
