package headroom.engine.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/**
 * What H2 does not look at when it opens a file, which is a header and chunks (MVStore format 3). Both questions are asked while nobody has
 * the file open; H2's lock on it tells when somebody has.
 *
 * <ul>
 * <li>A file that was cut off is opened without a word, with whatever older state is left, and missing pages are noticed only when somebody
 *     reads them. But the header names a version that was complete when it was written, so the file is at that version or a later one; and
 *     the layout map names where each chunk lies, all within the file.
 * <li>After a kill, H2 follows the chain of chunks from the header and is content with the newest complete state that it meets there. Where
 *     freed room was written to again the chain is broken, and later states, committed and synced, are passed over: they are found only by
 *     looking at every block ({@code recoveryMode}).
 * </ul>
 */
final class FileChunks {
    private static final int BLOCK_BYTES = 4_096;
    private static final String CHUNK = "chunk.";

    private FileChunks() {}

    /**
     * Looks without writing.
     *
     * @throws MVStoreException if a part is missing, or another has the file open
     */
    static void requireComplete(Path file) throws IOException {
        final long size = Files.size(file);
        final Map<String, String> header = header(file);
        final long written = number(header, "version");
        try (MVStore store = look(file, !closedInOrder(header))) {
            if (store.getCurrentVersion() < written) {
                throw new MVStoreException(0, "it was at version " + written + " and what is left is at version "
                        + store.getCurrentVersion());
            }
            for (final Map.Entry<String, String> entry : store.getLayoutMap().entrySet()) {
                final Map<String, String> chunk = entry.getKey().startsWith(CHUNK) ? fields(entry.getValue()) : Map.of();
                final long end = (number(chunk, "block") + number(chunk, "len")) * BLOCK_BYTES;
                if (chunk.containsKey("block") && end > size) {
                    throw new MVStoreException(0, "it has " + size + " bytes and a part that ends at byte " + end);
                }
            }
        }
    }

    /**
     * Brings a file that was not closed in order to the newest state in it, where H2 would open an older one. Leaves others alone.
     *
     * @return whether there was something to bring back
     * @throws MVStoreException if another has the file open, or it is damaged
     */
    static boolean bringBack(Path file) throws IOException {
        if (closedInOrder(header(file)) || version(file, false) >= version(file, true)) {
            return false;
        }
        new MVStore.Builder().fileName(file.toString()).recoveryMode().autoCommitDisabled().autoCompactFillRate(0).open().close();
        return true;
    }

    private static long version(Path file, boolean everyBlock) {
        try (MVStore store = look(file, everyBlock)) {
            return store.getCurrentVersion();
        }
    }

    private static MVStore look(Path file, boolean everyBlock) {
        final MVStore.Builder builder = new MVStore.Builder().fileName(file.toString()).readOnly();
        return (everyBlock ? builder.recoveryMode() : builder).open();
    }

    private static boolean closedInOrder(Map<String, String> header) {
        return "1".equals(header.get("clean"));
    }

    private static Map<String, String> header(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            return fields(new String(bytes.readNBytes(BLOCK_BYTES), StandardCharsets.ISO_8859_1).lines().findFirst().orElse(""));
        }
    }

    private static Map<String, String> fields(String text) {
        final Map<String, String> fields = new HashMap<>();
        for (final String field : text.trim().split(",")) {
            final int colon = field.indexOf(':');
            if (colon > 0) {
                fields.put(field.substring(0, colon), field.substring(colon + 1));
            }
        }
        return fields;
    }

    /** A hexadecimal field; 0 where it is absent or unlike a number. */
    private static long number(Map<String, String> fields, String name) {
        final String text = fields.getOrDefault(name, "0");
        return text.matches("[0-9a-f]{1,15}") ? Long.parseLong(text, 16) : 0;
    }
}
