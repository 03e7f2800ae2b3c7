package headroom.engine.workbench;

import java.util.LinkedHashMap;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What to plan: also the first half of what to run.
 *
 * @param model id of the catalogue or path of a Hugging Face folder
 * @param data id of the catalogue or path of a file; may be empty when {@code batch} and {@code length} are given
 * @param method id of the catalogue
 * @param settings by {@link Setting#key()}; what is absent keeps its standard value
 * @param batch rows per micro-batch; empty: the method's standard
 * @param length tokens per row at most; empty: what the data and the model allow
 * @param budgetBytes pretended memory; empty: what the machine has
 */
public record PlanRequest(
        String model, Optional<String> data, ColumnChoice columns, String method, Map<String, String> settings,
        OptionalInt batch, OptionalInt length, OptionalLong budgetBytes) {

    public PlanRequest {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** A request with nothing chosen beyond the three parts of a plan. */
    public static PlanRequest of(String model, String data, String method) {
        return new PlanRequest(model, Optional.of(data), ColumnChoice.GUESS, method, Map.of(),
                OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty());
    }

    public PlanRequest withMethod(String id) {
        return new PlanRequest(model, data, columns, id, settings, batch, length, budgetBytes);
    }

    public PlanRequest withSettings(Map<String, String> values) {
        return new PlanRequest(model, data, columns, method, values, batch, length, budgetBytes);
    }

    /** The same with one setting changed. */
    public PlanRequest with(String key, String value) {
        final Map<String, String> changed = new LinkedHashMap<>(settings);
        changed.put(key, value);
        return withSettings(changed);
    }

    /** The same with one setting back at its standard. */
    public PlanRequest without(String key) {
        final Map<String, String> changed = new LinkedHashMap<>(settings);
        changed.remove(key);
        return withSettings(changed);
    }

    public PlanRequest withBatch(int rows) {
        return new PlanRequest(model, data, columns, method, settings, OptionalInt.of(rows), length, budgetBytes);
    }

    public PlanRequest withLength(int tokens) {
        return new PlanRequest(model, data, columns, method, settings, batch, OptionalInt.of(tokens), budgetBytes);
    }

    public PlanRequest withBudget(long bytes) {
        return new PlanRequest(model, data, columns, method, settings, batch, length, OptionalLong.of(bytes));
    }
}
