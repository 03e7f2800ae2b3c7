package headroom.engine.workbench;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What an export wrote.
 *
 * @param proof for a model: it was read back and put beside what was trained
 */
public record ExportReport(ExportKind kind, Path path, long bytes, Optional<Proof> proof) {

    /** Largest difference of a logit over {@code rows} held-out rows, and the bound it must stay below. */
    public record Proof(String claim, double largestDifference, double bound, int rows) {
        public boolean holds() {
            return largestDifference <= bound;
        }
    }
}
