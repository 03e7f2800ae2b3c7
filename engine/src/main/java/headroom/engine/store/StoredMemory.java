package headroom.engine.store;

import java.util.List;

/**
 * Memory through one step, instant by instant, and layer by layer at its peak; replaces what was noted for that step before.
 *
 * @param samples in order of time
 * @param layers in the order of the model
 */
public record StoredMemory(String run, int step, List<Sample> samples, List<Layer> layers) implements LogEntry {
    public StoredMemory {
        samples = List.copyOf(samples);
        layers = List.copyOf(layers);
    }

    /**
     * One instant.
     *
     * @param seconds since the run began
     * @param hostBytes held in main memory on purpose, apart from the categories on the device
     */
    public record Sample(int instant, double seconds, String phase, String op, String owner, CategoryColumns bytes, long hostBytes) {}

    /** What one layer held at the peak of the step. */
    public record Layer(String layer, CategoryColumns bytes) {}
}
