package headroom.engine.workbench;

import headroom.engine.data.BpeTrainer;
import headroom.engine.data.CorpusGenerator;
import headroom.engine.data.Dataset;
import headroom.engine.data.Example;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes the text that the small decoder is pre-trained on, and learns its tokenizer. */
final class CorpusDesk {
    private static final long HELD_OUT_BYTES = 200_000;
    /** Seed 2 is the committed sample of prose; what judges a pre-training is neither that nor the training text. */
    private static final long HELD_OUT_SEED = 2;

    private final DataShelf data;

    CorpusDesk(DataShelf data) {
        this.data = data;
    }

    CorpusReport write(CorpusRequest request) {
        final Path folder = request.folder().toAbsolutePath().normalize();
        final Path train = folder.resolve("train.txt");
        final Path valid = folder.resolve("valid.txt");
        try {
            Files.createDirectories(folder);
            final CorpusGenerator generator = new CorpusGenerator();
            final long documents = generator.write(train, request.seed(), request.bytes());
            final long heldOut = generator.write(valid, request.seed() + HELD_OUT_SEED, HELD_OUT_BYTES);
            final OptionalInt vocabulary = request.tokenizer().isEmpty() ? OptionalInt.empty()
                    : OptionalInt.of(learn(train, request.tokenizer().get(), folder.resolve("tokenizer.json")));
            return new CorpusReport(folder, documents, Files.size(train), heldOut, Files.size(valid), vocabulary);
        } catch (IOException e) {
            throw new WorkbenchException(Problem.of("The corpus could not be written to " + folder + ": " + e + ".", "No file is half-written.",
                    "Check the free space and the permissions of the folder."), e);
        }
    }

    private int learn(Path train, CorpusRequest.Vocabulary wanted, Path file) throws IOException {
        final BpeTrainer trainer = new BpeTrainer().add(Files.readString(train));
        wanted.added().forEach(rows -> trainer.add(texts(rows)));
        try {
            return trainer.write(file, wanted.entries());
        } catch (IllegalArgumentException e) {
            throw new WorkbenchException(Problem.of("The tokenizer cannot be learned: " + e.getMessage() + ".", "The text is written.",
                    "Ask for a larger vocabulary."), e);
        }
    }

    /** One text a line, in the order of the file. */
    private String texts(CorpusRequest.Rows rows) {
        final Dataset read = data.load(rows.file().toString(), ColumnChoice.GUESS).dataset();
        return Stream.concat(read.train().stream(), read.heldOut().stream()).sorted(Comparator.comparingLong(Example::row))
                .limit(rows.first().orElse(Integer.MAX_VALUE)).map(Example::text).collect(Collectors.joining("\n", "", "\n"));
    }
}
