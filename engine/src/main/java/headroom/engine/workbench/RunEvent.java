package headroom.engine.workbench;

import java.time.Instant;

/** A line of a run's log: {@code title} says what happened, {@code detail} gives the figures. */
public record RunEvent(Instant at, int step, Level level, String title, String detail) {
    public enum Level { INFO, WARNING, ERROR }
}
