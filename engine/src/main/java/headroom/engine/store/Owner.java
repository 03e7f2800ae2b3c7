package headroom.engine.store;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;

/**
 * The process that works on a run. Process numbers come back into use, so the start instant belongs to the name.
 *
 * @param started when the process began, as the system tells it
 */
public record Owner(String host, long pid, Instant started) {
    /** Linux derives start instants from a boot time that clock corrections move a little. */
    private static final Duration CLOCK = Duration.ofSeconds(3);

    public static Owner thisProcess() {
        final ProcessHandle self = ProcessHandle.current();
        return new Owner(hostName(), self.pid(), self.info().startInstant().orElse(Instant.EPOCH));
    }

    /**
     * Whether the process still runs. The process of another host counts as gone: a database that we can open is not open there, since
     * sharing works on one machine only.
     */
    boolean alive() {
        return host.equals(hostName()) && ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(found -> found.info().startInstant().map(this::near).orElse(true))
                .isPresent();
    }

    private boolean near(Instant other) {
        return started.equals(Instant.EPOCH) || Duration.between(started, other).abs().compareTo(CLOCK) <= 0;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }
}
