package headroom.app.window;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javafx.application.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices when the window's thread does not answer for more than 100 ms and logs where it was; the window must never wait for the engine. */
final class Watchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final long BEAT_MILLIS = 200;
    private static final long STALL_NANOS = 100_000_000;
    /** The first frames load classes and fonts; that is start-up and no stall. */
    private static final long START_MILLIS = 2_000;

    private final Thread window;
    private final AtomicLong answered = new AtomicLong(System.nanoTime());
    private final AtomicInteger stalls = new AtomicInteger();
    private final Thread watcher;
    private volatile boolean running = true;

    /** Started on the window's thread, which is the one it watches. */
    Watchdog() {
        window = Thread.currentThread();
        watcher = Thread.ofPlatform().name("window-watchdog").daemon().start(this::watch);
    }

    /** How many stalls there were. */
    int stalls() {
        return stalls.get();
    }

    @Override
    public void close() {
        running = false;
        watcher.interrupt();
    }

    private void watch() {
        pause(START_MILLIS);
        while (running) {
            final long asked = System.nanoTime();
            Platform.runLater(() -> answered.set(System.nanoTime()));
            String where = "";
            while (running && answered.get() < asked) {
                if (where.isEmpty() && System.nanoTime() - asked > STALL_NANOS) {
                    where = Arrays.stream(window.getStackTrace()).limit(12).map(frame -> "\n  at " + frame).collect(Collectors.joining());
                }
                pause(10);
            }
            if (running && answered.get() - asked > STALL_NANOS) {
                stalls.incrementAndGet();
                LOG.warn("The window did not answer for {} ms.{}", (answered.get() - asked) / 1_000_000, where);
            }
            pause(BEAT_MILLIS);
        }
    }

    private void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException _) {
            running = false;
        }
    }
}
