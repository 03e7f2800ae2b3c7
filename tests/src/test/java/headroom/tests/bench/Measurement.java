package headroom.tests.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one process, or the median of several, showed.
 *
 * @param side {@code own}, {@code unplaced} (ours without an arena) or {@code peer}
 * @param allocator {@code system} or {@code jemalloc}
 * @param steps that were measured, after those of warm-up
 * @param tokensPerSecond of the median step
 * @param productRate matrix products per second in this process, FLOP/s
 * @param share of the time of the step that its products would take at that rate, 0 to 1
 * @param processPeak highest resident bytes of the process
 * @param growth how far that is above what was resident before the model was loaded
 * @param ledgerPeak highest sum of what was booked, 0 for the peer
 * @param arena size of the storage of what passes within a step, 0 without one
 * @param expected growth by the books: the arena and what was planned outside it, or the ledger's peak; 0 for the peer
 * @param adopted share of what passes within a step that libtorch allocated itself
 * @param faults page faults per step
 * @param collecting share of the steps' time that went into garbage collection
 * @param allocated Java bytes per step
 * @param loss of the first step
 */
record Measurement(String workload, String side, String allocator, int steps, double tokensPerSecond, double productRate, double share, double processPeak, double growth, double ledgerPeak,
        double arena, double expected, double adopted, double faults, double collecting, double allocated, double loss) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static Measurement fromJson(String line) {
        try {
            return JSON.readValue(line, Measurement.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a measurement: " + line, e);
        }
    }

    /** The median of each figure over several processes that did the same. */
    static Measurement median(List<Measurement> all) {
        Measurement first = all.getFirst();
        return new Measurement(first.workload, first.side, first.allocator, first.steps, middle(all, Measurement::tokensPerSecond), middle(all, Measurement::productRate),
                middle(all, Measurement::share), middle(all, Measurement::processPeak), middle(all, Measurement::growth), middle(all, Measurement::ledgerPeak), first.arena, first.expected, middle(all, Measurement::adopted), middle(all, Measurement::faults),
                middle(all, Measurement::collecting), middle(all, Measurement::allocated), first.loss);
    }

    private static double middle(List<Measurement> all, ToDoubleFunction<Measurement> figure) {
        return middle(all.stream().map(figure::applyAsDouble).toList());
    }

    static double middle(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
    }
}
