package headroom.engine.workbench;

import headroom.engine.exchange.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Writes what a run made. Models are read back and held against what was trained before the export counts as done. */
final class ExportDesk {
    private static final int SAMPLE_TEXTS = 3;

    private final RunModels models;
    private final RunShelf shelf;
    private final TryDesk tries;

    ExportDesk(RunModels models, RunShelf shelf, TryDesk tries) {
        this.models = models;
        this.shelf = shelf;
        this.tries = tries;
    }

    ExportReport export(String run, ExportKind kind, Path target, Progress progress) {
        final Path path = target.toAbsolutePath().normalize();
        if (Files.exists(path)) {
            throw new WorkbenchException(Problem.of("There is something at " + path + " already.", "It was not touched.", "Name a path that does not exist."));
        }
        try {
            if (path.getParent() != null) {
                Files.createDirectories(path.getParent());
            }
            final Optional<ExportReport.Proof> proof = switch (kind) {
                case CURVES -> whole(path, part -> CurvesCsv.write(shelf.show(run), part));
                case REPORT -> whole(path, part -> RunReport.write(shelf.show(run), samples(run), part));
                case ADAPTER -> Optional.of(new ModelExporter(models.find(run), models).adapter(path, progress));
                case MERGED -> Optional.of(new ModelExporter(models.find(run), models).merged(path, progress));
            };
            return new ExportReport(kind, path, size(path), proof);
        } catch (IOException | FormatException e) {
            throw new WorkbenchException(Problem.of("The export to " + path + " failed: " + e.getMessage() + ".", "The run is untouched, and nothing half-written is left.",
                    "Check the free space and the permissions there."), e);
        }
    }

    /** Texts of the held-out split put to both models; a run without a checkpoint has none to show. */
    private List<TryResult> samples(String run) {
        if (shelf.show(run).checkpoints().isEmpty()) {
            return List.of();
        }
        final List<TryResult> samples = new ArrayList<>();
        for (final HeldOutRow row : tries.heldOut(run, SAMPLE_TEXTS)) {
            final String text = row.expected().isEmpty() ? row.text().substring(0, Math.min(80, row.text().length())) : row.text();
            samples.add(tries.ask(run, text, Progress.SILENT));
        }
        return samples;
    }

    @FunctionalInterface
    private interface Writing {
        void to(Path part) throws IOException;
    }

    private static Optional<ExportReport.Proof> whole(Path path, Writing writing) throws IOException {
        // not a temporary file: that would be readable by its owner alone
        final Path part = path.resolveSibling("." + path.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".part");
        try {
            writing.to(part);
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
            return Optional.empty();
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static long size(Path path) throws IOException {
        if (Files.isRegularFile(path)) {
            return Files.size(path);
        }
        try (Stream<Path> files = Files.walk(path)) {
            long bytes = 0;
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
