package headroom.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SpareMemoryTest {
    private static final int BLOCKS = 1200;
    private static final long BLOCK = 100_000;

    @Test
    void pagesThatNothingLiesOnGoBackToTheSystemAndWhatIsInUseStays() throws IOException {
        assumeTrue(SpareMemory.canGiveBack(), "Linux with glibc or jemalloc");
        try (Arena kept = Arena.ofConfined()) {
            MemorySegment last;
            long full;
            try (Arena passing = Arena.ofConfined()) {
                for (int i = 0; i < BLOCKS; i++) {
                    passing.allocate(BLOCK).fill((byte) 1);
                }
                // lies above them, so that the end of the heap cannot shrink
                last = kept.allocate(BLOCK).fill((byte) 7);
                full = resident();
            }
            SpareMemory.giveBack();
            assertThat(full - resident()).as("bytes of %d that went back", BLOCKS * BLOCK).isGreaterThan(BLOCKS * BLOCK / 2);
            assertThat(last.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)).containsOnly((byte) 7);
        }
    }

    private static long resident() throws IOException {
        return 1024 * Files.readAllLines(Path.of("/proc/self/status")).stream().filter(l -> l.startsWith("VmRSS:")).mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", ""))).sum();
    }
}
