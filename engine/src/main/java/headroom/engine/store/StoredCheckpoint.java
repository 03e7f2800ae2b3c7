package headroom.engine.store;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A complete checkpoint on disk.
 *
 * @param hash of its contents, as it was written
 * @param verified it was read back and the hash matched
 */
public record StoredCheckpoint(String run, int step, Path folder, long bytes, String hash, boolean verified, Instant created) {}
