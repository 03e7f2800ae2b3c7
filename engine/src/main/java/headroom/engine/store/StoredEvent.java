package headroom.engine.store;

import java.time.Instant;

/** A line of a run's log. */
public record StoredEvent(String run, Instant at, int step, Level level, String title, String detail) implements LogEntry {
    public enum Level { INFO, WARNING, ERROR }
}
