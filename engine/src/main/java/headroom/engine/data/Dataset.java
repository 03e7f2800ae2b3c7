package headroom.engine.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Checked rows, ready to be tokenized.
 *
 * @param id short name, unique in a catalog
 * @param name for people
 * @param labels in the order of their class numbers; empty for language modelling
 * @param train rows to learn from, in file order
 * @param heldOut rows that are never trained on, in file order
 * @param file where the rows come from
 * @param card what is known about its origin
 */
public record Dataset(String id, String name, DatasetKind kind, List<String> labels, List<Example> train, List<Example> heldOut, Path file, DatasetCard card) {

    public Dataset {
        labels = List.copyOf(labels);
        train = List.copyOf(train);
        heldOut = List.copyOf(heldOut);
        if ((kind == DatasetKind.CLASSIFICATION) == labels.isEmpty()) {
            throw new IllegalArgumentException(kind + " with " + labels.size() + " labels");
        }
    }

    public int rows() {
        return train.size() + heldOut.size();
    }

    /**
     * The same with some training rows only, in file order.
     *
     * @param rows {@link Example#row()} of those that stay
     * @throws IllegalArgumentException if one of them is no training row
     */
    public Dataset keeping(Set<Long> rows) {
        List<Example> kept = train.stream().filter(e -> rows.contains(e.row())).toList();
        if (kept.size() != rows.size()) {
            throw new IllegalArgumentException(rows.size() + " rows of dataset " + id + " are to be kept, and only " + kept.size() + " of them are training rows: the data have changed");
        }
        return new Dataset(id, name, kind, labels, kept, heldOut, file, card);
    }

    /** Batches of the fitting kind. */
    public BatchSource batches(Tokenizer tokenizer, int batch, int length, long seed) {
        return batches(tokenizer, batch, length, BatchOrder.SHUFFLED, false, seed);
    }

    /**
     * Batches of the fitting kind.
     *
     * @param pack true puts several texts into one row
     */
    public BatchSource batches(Tokenizer tokenizer, int batch, int length, BatchOrder order, boolean pack, long seed) {
        if (pack) {
            return new SegmentedRows(this, tokenizer, batch, length, order, seed);
        }
        return switch (kind) {
            case CLASSIFICATION -> new PaddedBatches(this, tokenizer, batch, length, order, seed);
            case LANGUAGE_MODELLING -> new TokenBlocks(this, tokenizer, batch, length, order, seed);
        };
    }
}
