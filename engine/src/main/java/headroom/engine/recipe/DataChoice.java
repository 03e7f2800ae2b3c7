package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import headroom.engine.data.BatchOrder;

/**
 * Slot 7, data: padded batches for labelled rows, blocks of a joined stream for text; which of the two is the task's. Or rows of several texts, with attention within each. A
 * recipe that was stored before order and packing could be chosen leaves them out, and gets shuffled rows of one text.
 *
 * @param batch rows per micro-batch
 * @param accumulate micro-batches per step
 * @param length tokens per row at most
 * @param order in which an epoch goes through the rows
 * @param pack true puts several texts into one row
 * @param select which rows are trained on, or null for all
 */
public record DataChoice(int batch, int accumulate, int length, BatchOrder order, boolean pack, @JsonInclude(JsonInclude.Include.NON_NULL) SubsetSelection select) {
    @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
    public DataChoice {
        order = order == null ? BatchOrder.SHUFFLED : order;
    }

    /** Shuffled rows of one text. */
    public DataChoice(int batch, int accumulate, int length) {
        this(batch, accumulate, length, BatchOrder.SHUFFLED, false, null);
    }

    public DataChoice with(BatchOrder o) {
        return new DataChoice(batch, accumulate, length, o, pack, select);
    }

    /** Several texts in a row. */
    public DataChoice packed(boolean p) {
        return new DataChoice(batch, accumulate, length, order, p, select);
    }

    /** Some rows, chosen by their scores, or all for null. */
    public DataChoice selecting(SubsetSelection s) {
        return new DataChoice(batch, accumulate, length, order, pack, s);
    }

    /** How many of n rows are kept, at least one: a plan's assumption, since scores may leave rows out. */
    public int kept(int n) {
        return select == null ? n : Math.max(1, select.among(n));
    }
}
