package headroom.engine.workbench;

import java.time.Instant;
import java.util.Optional;

/**
 * The machine now.
 *
 * @param device present where there is a graphics card that can train
 * @param processorLoad and {@code processLoad} from 0 to 1 of all cores
 * @param processBytes resident memory of this process
 * @param diskFreeBytes where the home folder is
 * @param engine libtorch version and what it may use, in words
 * @param allocator {@code jemalloc} or {@code system}; the second trains at a fraction of the speed (README)
 */
public record MachineReading(
        Instant at, Optional<Device> device, String processor, int cores, double processorLoad, double processLoad, long ramBytes,
        long ramUsedBytes, long processBytes, long diskFreeBytes, String engine, String allocator) {

    /**
     * A graphics card.
     *
     * @param otherBytes held by other processes
     * @param sharedBytes spilled by the driver into main memory
     * @param load from 0 to 1; NaN where it cannot be read
     */
    public record Device(String name, long totalBytes, long usedBytes, long otherBytes, long sharedBytes, double load) {}

    /** What a run may take when no budget is set: the card's memory, or main memory. */
    public long capacityBytes() {
        return device.map(Device::totalBytes).orElse(ramBytes);
    }
}
