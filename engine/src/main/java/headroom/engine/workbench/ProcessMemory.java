package headroom.engine.workbench;

import headroom.engine.memory.SpareMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Resident memory of this process outside the Java heap, and the highest it was since it was last asked to forget. Read from {@code /proc} where
 * there is one, because a reading per step must cost microseconds; elsewhere nothing is measured and all growth is 0.
 */
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path FORGET = Path.of("/proc/self/clear_refs");
    /** Writing this to {@code clear_refs} sets the high-water mark to what is resident now (proc(5)). */
    private static final byte[] HIGH_WATER_MARK = {'5'};
    private static final int PAGE_RUN = 1 << 20;

    private final boolean readable = Files.isReadable(STATUS);
    /** A field, so that the allocation cannot be optimised away. */
    private byte[] touched;
    private long residentAtStart;
    private long heapAtStart;

    /** Counts growth from here. */
    void begin() {
        if (!readable) {
            return;
        }
        touchHeap();
        // what the allocator kept of earlier runs would serve this one, and hide its growth
        SpareMemory.giveBack();
        try {
            Files.write(FORGET, HIGH_WATER_MARK);
        } catch (IOException _) {
            // a kernel without the mark: the highest since the process began is then an upper bound
        }
        residentAtStart = read("VmRSS:");
        heapAtStart = heap();
    }

    /** How far the process grew at its highest, growth of the Java heap not counted; 0 where it cannot be read. */
    long growthBytes() {
        return readable ? Math.max(0, read("VmHWM:") - residentAtStart - Math.max(0, heap() - heapAtStart)) : 0;
    }

    /** What the Java heap holds but never used is not resident yet: used once, it cannot become resident later and pass for growth of the run. */
    private void touchHeap() {
        final Runtime java = Runtime.getRuntime();
        long left = java.freeMemory();
        while (left > 0) {
            touched = new byte[PAGE_RUN];
            left -= PAGE_RUN;
        }
        touched = null;
    }

    private static long heap() {
        return Runtime.getRuntime().totalMemory();
    }

    private static long read(String name) {
        try {
            final List<String> lines = Files.readAllLines(STATUS);
            return lines.stream().filter(line -> line.startsWith(name)).mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", ""))).findFirst().orElse(0) * 1024;
        } catch (IOException _) {
            return 0;
        }
    }
}
