package headroom.engine.store;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A run as it stands.
 *
 * @param id short, for people: {@code 0042}
 * @param uuid the same run wherever its database is copied
 * @param asked what it was started with
 * @param interrupted its state is live and its process is gone
 * @param step last step noted; 0 before the first
 * @param loss of that step; NaN before the first
 * @param checkpointStep newest checkpoint; −1 where there is none
 * @param metrics of the last evaluation
 * @param measured absent until something was measured
 * @param failureJson figures behind the error
 */
public record StoredRun(
        String id, UUID uuid, Instant created, NewRun asked, RunState state, boolean interrupted, int step, double loss,
        int checkpointStep, Map<String, Double> metrics, Optional<Measured> measured, Optional<String> error,
        Optional<String> failureJson, Owner owner) {
    public StoredRun {
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
    }

    StoredRun withMetrics(Map<String, Double> found) {
        return new StoredRun(id, uuid, created, asked, state, interrupted, step, loss, checkpointStep, found, measured, error,
                failureJson, owner);
    }
}
