package headroom.engine.workbench;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A checkpoint on disk.
 *
 * @param hash of its contents, as it was written
 * @param verified it was read back and the hash matched
 */
public record CheckpointEntry(int step, Instant at, Path folder, long bytes, String hash, boolean verified) {}
