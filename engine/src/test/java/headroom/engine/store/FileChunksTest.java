package headroom.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Random;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileChunksTest {
    @TempDir
    Path folder;

    /** Copies a file after each of its commits, which is what a kill at that moment leaves. */
    @Test
    void theLastCommitIsBroughtBackWhereverTheProcessWasKilled() throws IOException {
        final Path file = folder.resolve("open.mv.db");
        final Path left = folder.resolve("left.mv.db");
        final Random random = new Random(1);
        int passedOver = 0;
        try (MVStore store = store(file)) {
            // freed room is written to at once, which H2 does otherwise after 45 seconds
            store.setRetentionTime(0);
            store.setVersionsToKeep(0);
            final MVMap<Integer, Integer> last = store.openMap("last");
            final MVMap<Integer, byte[]> filling = store.openMap("filling");
            for (int commit = 1; commit <= 60; commit++) {
                last.put(0, commit);
                filling.put(random.nextInt(60), new byte[random.nextInt(100, 6_000)]);
                store.commit();
                Files.copy(file, left, StandardCopyOption.REPLACE_EXISTING);
                passedOver += lastIn(left) < commit ? 1 : 0;
                Files.copy(file, left, StandardCopyOption.REPLACE_EXISTING);
                FileChunks.requireComplete(left);
                FileChunks.bringBack(left);
                assertThat(lastIn(left)).isEqualTo(commit);
            }
        }
        assertThat(passedOver).as("commits that H2 passes over by itself; with none, bringing back is not needed any more").isPositive();
    }

    @Test
    void aFileClosedInOrderIsLeftAlone() throws IOException {
        final Path file = folder.resolve("closed.mv.db");
        try (MVStore store = store(file)) {
            store.openMap("last").put(0, 1);
        }
        final byte[] before = Files.readAllBytes(file);
        assertThat(FileChunks.bringBack(file)).isFalse();
        FileChunks.requireComplete(file);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void aFileWithoutItsEndIsNotComplete() throws IOException {
        final Path file = folder.resolve("cut.mv.db");
        try (MVStore store = store(file)) {
            store.openMap("filling").put(0, new byte[100_000]);
        }
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(bytes.length() - 4_096);
        }
        assertThatThrownBy(() -> FileChunks.requireComplete(file)).isInstanceOf(MVStoreException.class);
    }

    @Test
    void aFileThatIsOpenIsNotLookedInto() {
        final Path file = folder.resolve("open.mv.db");
        try (MVStore store = store(file)) {
            store.openMap("last").put(0, 1);
            store.commit();
            assertThatThrownBy(() -> FileChunks.requireComplete(file)).isInstanceOfSatisfying(MVStoreException.class,
                    locked -> assertThat(locked.getErrorCode()).isEqualTo(DataUtils.ERROR_FILE_LOCKED));
        }
    }

    private static MVStore store(Path file) {
        return new MVStore.Builder().fileName(file.toString()).autoCommitDisabled().autoCompactFillRate(0).open();
    }

    private static int lastIn(Path file) {
        try (MVStore store = new MVStore.Builder().fileName(file.toString()).readOnly().open()) {
            return store.<Integer, Integer>openMap("last").getOrDefault(0, 0);
        }
    }
}
