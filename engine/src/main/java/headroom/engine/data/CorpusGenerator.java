package headroom.engine.data;

import headroom.engine.compute.Keys;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes the corpus that the small decoder learns from: short pieces of plain English (stories, descriptions, talk, sums, facts of invented towns, letters, instructions), one document
 * each, separated by blank lines. The same seed gives the same bytes on every machine; held-out text is that of another seed. The facts of the towns are the same in all of them.
 */
public final class CorpusGenerator {
    private final Grammar grammar = Grammar.load("/headroom/corpus/grammar.txt");

    /** One document. */
    public String document(long seed, long number) {
        return grammar.write("document", Keys.key(seed, "corpus", "document", number));
    }

    /**
     * Writes whole documents until at least {@code bytes} are written.
     *
     * @return number of documents
     */
    public long write(Path file, long seed, long bytes) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        long number = 0;
        try {
            try (BufferedWriter out = Files.newBufferedWriter(draft, StandardCharsets.UTF_8)) {
                for (long written = 0; written < bytes; number++) {
                    String document = document(seed, number) + "\n\n";
                    out.write(document);
                    written += document.getBytes(StandardCharsets.UTF_8).length;
                }
            }
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
        return number;
    }
}
