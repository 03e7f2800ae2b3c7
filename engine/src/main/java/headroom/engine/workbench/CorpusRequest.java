package headroom.engine.workbench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which generated text to write.
 *
 * @param folder gets {@code train.txt}, {@code valid.txt} and, where asked, {@code tokenizer.json}
 * @param seed of the training text; the text to judge by has {@code seed + 2}, so that it is other text of the same kind
 * @param bytes of the training text, at least
 * @param tokenizer what the tokenizer is learned from beside the training text; empty for no tokenizer
 */
public record CorpusRequest(Path folder, long seed, long bytes, Optional<Vocabulary> tokenizer) {

    /**
     * @param entries of the vocabulary
     * @param added more texts, in order
     */
    public record Vocabulary(int entries, List<Rows> added) {
        public Vocabulary {
            added = List.copyOf(added);
        }
    }

    /**
     * The texts of a data file.
     *
     * @param first only so many rows from the beginning; empty for all
     */
    public record Rows(Path file, OptionalInt first) {}
}
