package headroom.engine.workbench;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import headroom.engine.compute.FloatProducts;
import java.io.IOException;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.GlobalMemory;
import oshi.hardware.GpuStats;
import oshi.hardware.GraphicsCard;
import oshi.software.os.OSProcess;
import oshi.software.os.OperatingSystem;

/**
 * Reads the machine: OSHI for processor, memory and process, and the CUDA runtime for the card that the engine computes on.
 * A reading is kept for half a second, so that many watchers cost one look.
 */
final class MachineProbe {
    private static final Logger LOG = LoggerFactory.getLogger(MachineProbe.class);
    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Path home;
    private final CentralProcessor processor;
    private final GlobalMemory memory;
    private final OperatingSystem system;
    private final Optional<GraphicsCard> card;
    private final String allocator = allocatorOfThisProcess();
    private final boolean cuda = cudaCardPresent();
    private long[] ticks;
    private OSProcess process;
    private MachineReading newest;
    private long readAt;

    MachineProbe(Path home) {
        this.home = home;
        final SystemInfo info = new SystemInfo();
        processor = info.getHardware().getProcessor();
        memory = info.getHardware().getMemory();
        system = info.getOperatingSystem();
        final List<GraphicsCard> cards = info.getHardware().getGraphicsCards();
        card = cards.stream().filter(c -> c.getVendor().toLowerCase(java.util.Locale.ROOT).contains("nvidia")).findFirst();
        ticks = processor.getSystemCpuLoadTicks();
        process = system.getCurrentProcess();
    }

    synchronized MachineReading read() {
        if (newest == null || System.nanoTime() - readAt > FRESH_NANOS) {
            newest = look();
            readAt = System.nanoTime();
        }
        return newest;
    }

    private MachineReading look() {
        final double load = processor.getSystemCpuLoadBetweenTicks(ticks);
        ticks = processor.getSystemCpuLoadTicks();
        final OSProcess now = system.getCurrentProcess();
        final double own = now.getProcessCpuLoadBetweenTicks(process) / processor.getLogicalProcessorCount();
        process = now;
        return new MachineReading(Instant.now(), device(), processor.getProcessorIdentifier().getName().strip(),
                processor.getLogicalProcessorCount(), load, own, memory.getTotal(), memory.getTotal() - memory.getAvailable(),
                now.getResidentMemory(), freeDisk(), cuda ? "libtorch on CUDA" : "libtorch on the processor, " + FloatProducts.chosen().words(), allocator);
    }

    private Optional<MachineReading.Device> device() {
        if (!cuda) {
            return Optional.empty();
        }
        final MemoryUsage usage = CudaUtils.getGpuMemory(Device.gpu());
        final String name = card.map(GraphicsCard::getName).orElse("CUDA device 0");
        try (GpuStats stats = card.map(GraphicsCard::createStatsSession).orElse(null)) {
            final long shared = stats == null ? 0 : Math.max(0, stats.getSharedMemoryUsed());
            final double load = stats == null || stats.getGpuUtilization() < 0 ? Double.NaN : stats.getGpuUtilization() / 100;
            return Optional.of(new MachineReading.Device(name, usage.getMax(), usage.getUsed(), 0, shared, load));
        }
    }

    private long freeDisk() {
        Path place = home;
        while (place != null && !Files.exists(place)) {
            place = place.getParent();
        }
        try {
            return place == null ? 0 : Files.getFileStore(place).getUsableSpace();
        } catch (IOException e) {
            LOG.warn("the free space beside {} cannot be read: {}", home, e.getMessage());
            return 0;
        }
    }

    private static boolean cudaCardPresent() {
        try {
            return CudaUtils.getGpuCount() > 0;
        } catch (RuntimeException | LinkageError e) {
            // a CUDA runtime without a driver: the engine goes on with the processor, and so does the reading
            LOG.info("no CUDA card: {}", e.getMessage());
            return false;
        }
    }

    private static String allocatorOfThisProcess() {
        final Path maps = Path.of("/proc/self/maps");
        if (!Files.isReadable(maps)) {
            return "system";
        }
        try (Stream<String> lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.contains("jemalloc")) ? "jemalloc" : "system";
        } catch (IOException | java.io.UncheckedIOException _) {
            return "system";
        }
    }
}
