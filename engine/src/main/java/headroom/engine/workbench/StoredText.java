package headroom.engine.workbench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The records that the store keeps as JSON text, because nothing is ever searched in them. A program that is older than the text leaves out
 * the fields it does not know.
 */
final class StoredText {
    private static final ObjectMapper JSON = JsonMapper.builder().addModule(new Jdk8Module())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private StoredText() {}

    /** All it takes to begin or resume a run, with every setting as it was resolved. */
    record Asked(RunRequest request, Map<String, String> settings) {
        Asked {
            settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        }
    }

    /** The plan that a run is held against. */
    record Planned(CategoryBytes byCategoryAtPeak) {}

    /** What a run took at its peak, the sizes that depended on data, and how its arena was used. Older runs had none. */
    record Took(CategoryBytes byCategoryAtPeak, List<String> decisions, Optional<ArenaReport> arena) {
        Took {
            decisions = List.copyOf(decisions);
            arena = arena == null ? Optional.empty() : arena;
        }
    }

    static String write(Object part) {
        try {
            return JSON.writeValueAsString(part);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record could not be written as JSON: " + part, e);
        }
    }

    static <T> T read(String text, Class<T> type) {
        try {
            return JSON.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new WorkbenchException(Problem.of(
                    "What is stored as " + type.getSimpleName() + " cannot be read: " + e.getOriginalMessage() + ".",
                    "The run's curves and checkpoints are untouched.", "Open it with the version of Headroom that wrote it."), e);
        }
    }
}
