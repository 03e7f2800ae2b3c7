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

    /** What was booked so far, and where it lay. */
    Booked booked();

    /**
     * Bytes by the books.
     *
     * @param peak highest sum of what was booked
     * @param arena size of the storage of what passes within a step, 0 where there is none
     * @param expected most that can exist at once: the arena and what was planned outside it; 0 without one
     * @param adopted share of what passes within a step that libtorch allocated itself, 0 to 1
     */
    record Booked(long peak, long arena, long expected, double adopted) {
        /** Nothing is booked. */
        static final Booked NOTHING = new Booked(0, 0, 0, 0);
    }

    @Override
    void close();
}
