package headroom.engine.workbench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything stored about a run.
 *
 * @param settings as they were used, batch and length among them
 * @param oneStep memory through one step as the ledger booked it; empty before the first step ended
 * @param processGrowthBytes growth of the process over the run; 0 where it was not measured
 * @param decisions sizes that depended on data, as recorded
 * @param arena how the storage of what passes in a step was used; empty for a run without one
 */
public record RunDetails(
        RunSummary summary, RunRequest request, Map<String, String> settings, StepHistory history, List<Evaluation> evals,
        CategoryBytes plannedByCategoryAtPeak, List<MemoryInstant> oneStep, List<RunEvent> events, List<CheckpointEntry> checkpoints,
        long processGrowthBytes, List<String> decisions, Optional<FailureCard> failure, Optional<ArenaReport> arena) {

    public RunDetails {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        evals = List.copyOf(evals);
        oneStep = List.copyOf(oneStep);
        events = List.copyOf(events);
        checkpoints = List.copyOf(checkpoints);
        decisions = List.copyOf(decisions);
    }
}
