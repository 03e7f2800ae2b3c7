package headroom.engine.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of a dataset that cannot be used.
 *
 * @param first the first {@value #NAMED} of them, by line
 * @param count all of them
 * @param byProblem how many there are of each kind, most frequent first
 */
public record BadRows(List<BadRow> first, long count, Map<String, Long> byProblem) {
    /** More than a person reads; the counts tell of the rest. */
    public static final int NAMED = 500;

    public BadRows {
        first = List.copyOf(first);
        byProblem = Collections.unmodifiableMap(new LinkedHashMap<>(byProblem));
    }

    /** Gathers bad rows while a file is read. */
    static final class Collector {
        private final List<BadRow> named = new ArrayList<>();
        private final Map<String, Long> problems = new LinkedHashMap<>();
        private long count;

        /** @param problem the kind in a few words, the same for all rows of that kind */
        void add(String problem, BadRow row) {
            count++;
            problems.merge(problem, 1L, Long::sum);
            if (named.size() < NAMED) {
                named.add(row);
            }
        }

        BadRows result() {
            Map<String, Long> sorted = new LinkedHashMap<>();
            problems.entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed()).forEach(e -> sorted.put(e.getKey(), e.getValue()));
            return new BadRows(named.stream().sorted(Comparator.comparing((BadRow b) -> b.file().toString()).thenComparingLong(BadRow::row)).toList(), count, sorted);
        }
    }
}
