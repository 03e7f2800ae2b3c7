package headroom.engine.store;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * An evaluation on the held-out split; one that is noted again replaces the older one.
 *
 * @param step optimizer steps done before it
 * @param metrics by name
 */
public record StoredEvaluation(
        String run, int step, long tokens, double seconds, double epoch, Map<String, Double> metrics, long peakBytes)
        implements LogEntry {
    public StoredEvaluation {
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
    }
}
