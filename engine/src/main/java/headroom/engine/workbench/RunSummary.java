package headroom.engine.workbench;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A stored run, one line of a list.
 *
 * @param run its id ({@code 0042})
 * @param interrupted its process ended without ending it: it is offered for resumption
 * @param step optimizer steps done, of {@code steps}
 * @param checkpointStep newest complete checkpoint; −1 where there is none
 * @param metrics of the last evaluation
 * @param loss of the last step; NaN before the first
 */
public record RunSummary(
        String run, String title, String model, String data, String method, RunState state, boolean interrupted, Instant created,
        long seed, int step, int steps, int checkpointStep, double loss, Map<String, Double> metrics, long peakBytes,
        long plannedPeakBytes, CategoryBytes byCategoryAtPeak, long budgetBytes, double tokensPerSecond, double seconds,
        long trainedParameters) {

    public RunSummary {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
}
