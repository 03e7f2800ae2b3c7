package headroom.app.cli;

import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ctrl-C, and the system's request to end, as an order to a run instead of the end of the process. A shutdown hook would come too late: the
 * database closes in a hook of its own at the same time, and the last checkpoint could not be stored any more. The second Ctrl-C ends at once.
 */
final class Interruption implements AutoCloseable {
    private static final int ENDED_BY_SIGNAL = 130;
    private static final String[] NAMES = {"INT", "TERM"};

    private final SignalHandler[] before = new SignalHandler[NAMES.length];
    private boolean asked;

    Interruption(Runnable order) {
        for (int i = 0; i < NAMES.length; i++) {
            before[i] = Signal.handle(new Signal(NAMES[i]), _ -> arrived(order));
        }
    }

    private synchronized void arrived(Runnable order) {
        if (asked) {
            Runtime.getRuntime().halt(ENDED_BY_SIGNAL);
        }
        asked = true;
        order.run();
    }

    @Override
    public void close() {
        for (int i = 0; i < NAMES.length; i++) {
            Signal.handle(new Signal(NAMES[i]), before[i]);
        }
    }
}
