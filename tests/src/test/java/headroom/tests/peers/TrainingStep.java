package headroom.tests.peers;

/** Something that trains on one batch, step after step. */
public interface TrainingStep extends AutoCloseable {
    /**
     * One whole step: forward, backward, update.
     *
     * @param number from 0, in order
     * @return the loss before the update
     */
    double run(long number);

    /** Highest sum of what was booked since the start, in bytes; 0 where nothing is booked. */
    long ledgerPeak();

    @Override
    void close();
}
