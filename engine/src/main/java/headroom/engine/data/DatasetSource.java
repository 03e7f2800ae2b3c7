package headroom.engine.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a dataset is read from and how.
 *
 * @param id short name
 * @param name for people
 * @param file rows to train on
 * @param heldOutFile rows to judge by; empty: a share of {@code file}
 * @param text header names or 1-based numbers of the text columns; empty: guess
 * @param label header name or 1-based number of the label column; empty: guess
 * @param kind empty: classification where there is a label column
 * @param heldOutShare part of the rows (of each label) that is held out where there is no file for it
 * @param splitSeed chooses these rows; not the seed of a run, so that runs can be compared
 * @param card origin
 */
public record DatasetSource(String id, String name, Path file, Optional<Path> heldOutFile, List<String> text, Optional<String> label, Optional<DatasetKind> kind,
                            double heldOutShare, long splitSeed, DatasetCard card) {
    public static final double USUAL_SHARE = 0.1;

    public DatasetSource {
        text = List.copyOf(text);
        if (!(heldOutShare > 0 && heldOutShare < 1)) {
            throw new IllegalArgumentException("a held-out share of " + heldOutShare + "; it lies between 0 and 1");
        }
    }

    /** A file of the user's own. */
    public static DatasetSource of(Path file) {
        String whole = file.getFileName().toString();
        String stem = whole.contains(".") ? whole.substring(0, whole.lastIndexOf('.')) : whole;
        return new DatasetSource(stem, whole, file, HeldOutFiles.beside(file), List.of(), Optional.empty(), Optional.empty(), USUAL_SHARE, 0, DatasetCard.NONE);
    }

    /** The same rows with columns that a person chose; what is empty stays as it was. */
    public DatasetSource withColumns(List<String> chosenText, Optional<String> chosenLabel) {
        return new DatasetSource(id, name, file, heldOutFile, chosenText.isEmpty() ? text : chosenText, chosenLabel.isPresent() ? chosenLabel : label, kind, heldOutShare, splitSeed,
                card);
    }

    public DatasetSource withKind(DatasetKind chosen) {
        return new DatasetSource(id, name, file, heldOutFile, text, label, Optional.of(chosen), heldOutShare, splitSeed, card);
    }
}
