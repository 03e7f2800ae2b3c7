package headroom.engine.data;

import java.util.List;

/**
 * Batches of a dataset for one run. The order of an epoch depends on seed and epoch alone, so a saved {@link Cursor} continues with exactly the batches an uninterrupted run
 * would have seen.
 */
public sealed interface BatchSource permits PaddedBatches, TokenBlocks, SegmentedRows, JobRows, ClientRows {

    /** The next training batch; the last one of an epoch may have fewer rows, then the next epoch begins. */
    Batch next();

    Cursor cursor();

    /** Goes on from a saved position. */
    void seek(Cursor cursor);

    /** Goes to where it is after so many batches from the beginning. */
    void seekBatch(long number);

    /** Steps of one epoch. */
    int batchesPerEpoch();

    /** The held-out rows in file order; the same list of shapes every time. */
    List<Batch> heldOut();

    /** The largest training batch that can come. */
    Batch.Shape worst();

    /** What tokenizing showed. */
    TokenLengths lengths();
}
