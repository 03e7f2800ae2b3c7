package headroom.engine.store;

import java.time.Instant;
import java.util.Optional;

/** A change of a run's state; the first has no {@code from}. */
public record StoredTransition(String run, Optional<RunState> from, RunState to, Instant at, String reason) {}
