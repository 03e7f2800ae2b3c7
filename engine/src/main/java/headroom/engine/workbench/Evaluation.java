package headroom.engine.workbench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An evaluation on the held-out split.
 *
 * @param step optimizer steps done before it; 0 is the model as it was given
 * @param metrics by name, {@code loss} always among them ({@code accuracy} from 0 to 1, {@code perplexity} …)
 * @param peakBytes of the ledger while it ran
 */
public record Evaluation(int step, double seconds, long tokens, double epoch, Map<String, Double> metrics, long peakBytes) {
    public Evaluation {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
}
