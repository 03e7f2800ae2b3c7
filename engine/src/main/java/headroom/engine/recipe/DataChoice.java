package headroom.engine.recipe;

/**
 * Slot 7, data: padded batches for labelled rows, blocks of a joined stream for text; which of the two is the task's.
 *
 * @param batch rows per micro-batch
 * @param accumulate micro-batches per step
 * @param length tokens per row at most
 */
public record DataChoice(int batch, int accumulate, int length) {}
