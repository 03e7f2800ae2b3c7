package headroom.app.viewmodel;

/** The beat that live figures share: every two seconds of the machine's clock, so that what changes between is drawn in one frame and wakes the window once. */
public final class Beat {
    public static final long NANOS = 2_000_000_000L;

    private Beat() {}

    /** Nanoseconds from now to the next beat. */
    public static long toNext() {
        return NANOS - Math.floorMod(System.nanoTime(), NANOS);
    }

    /** Whether of periods of so many nanoseconds, counted from a beat, the one that begins about now is one in {@code every}. */
    static boolean falls(long nanos, long period, int every) {
        return Math.floorMod(Math.floorDiv(nanos + period / 2, period), (long) every) == 0;
    }
}
