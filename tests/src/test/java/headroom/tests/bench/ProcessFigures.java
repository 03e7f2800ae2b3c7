package headroom.tests.bench;

import com.sun.management.ThreadMXBean;
import headroom.engine.memory.SpareMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the system and the JVM know of this process. Memory and page faults are read from {@code /proc}, so they are known on Linux only and 0 elsewhere. */
final class ProcessFigures {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path STAT = Path.of("/proc/self/stat");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    /** Writing this sets the high-water mark to what is resident now (proc(5)). */
    private static final byte[] HIGH_WATER_MARK = {'5'};
    /** Place of minflt among the fields that follow the name of the program. */
    private static final int MINOR_FAULTS = 7;

    private final long resident;
    private final long heap;

    /** Memory is counted from here. */
    ProcessFigures() {
        // what the allocator kept of earlier work would serve what comes, and hide its growth
        SpareMemory.giveBack();
        try {
            if (Files.isWritable(CLEAR)) {
                Files.write(CLEAR, HIGH_WATER_MARK);
            }
        } catch (IOException _) {
            // a kernel without the mark: the highest since the process began is then an upper bound
        }
        resident = status("VmRSS:");
        heap = heap();
    }

    /** Highest resident size since this was made, in bytes. */
    long peak() {
        return status("VmHWM:");
    }

    /** How far that is above what was resident, growth of the Java heap not counted. */
    long growth() {
        return Math.max(0, peak() - resident - Math.max(0, heap() - heap));
    }

    private static long heap() {
        return Runtime.getRuntime().totalMemory();
    }

    private static long status(String name) {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try {
            return Files.readAllLines(STATUS).stream().filter(l -> l.startsWith(name)).mapToLong(l -> Long.parseLong(l.replaceAll("\\D+", ""))).findFirst().orElse(0) * 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Page faults of the process so far that needed no disk. */
    static long minorFaults() {
        if (!Files.isReadable(STAT)) {
            return 0;
        }
        try {
            String line = Files.readString(STAT);
            return Long.parseLong(line.substring(line.lastIndexOf(')') + 2).split(" ")[MINOR_FAULTS]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Time that the garbage collector has taken so far, in seconds. */
    static double collecting() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum() * 1e-3;
    }

    /** Bytes that this thread has allocated in the Java heap so far. */
    static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
