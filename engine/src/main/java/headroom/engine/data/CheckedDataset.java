package headroom.engine.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What reading a dataset showed, before anything is trained on it.
 *
 * @param table the file as it was understood
 * @param columns the columns used
 * @param kind what will be learned
 * @param rows all rows of the file (and of the held-out file)
 * @param labelRows good rows per label, most frequent first
 * @param bad rows left out
 * @param usable the good rows, or null; ask {@link #dataset()}
 * @param problem why it cannot be trained on, or null
 */
public record CheckedDataset(TableFile table, ChosenColumns columns, DatasetKind kind, long rows, Map<String, Long> labelRows, BadRows bad, Dataset usable, DataException problem) {

    public CheckedDataset {
        labelRows = Collections.unmodifiableMap(new LinkedHashMap<>(labelRows));
    }

    /**
     * The good rows.
     *
     * @throws DataException if too few are good
     */
    public Dataset dataset() {
        if (problem != null) {
            throw problem;
        }
        return usable;
    }
}
