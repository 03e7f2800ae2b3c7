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
 * Whether a database file has all its parts. H2 opens a file that was cut off without a word, with whatever older state it finds in the rest,
 * and notices missing pages only when somebody reads them.
 *
 * <p>A file is a header and chunks (H2's MVStore format 3): the header names a version that was complete when it was written, so an open file
 * is at that version or a later one; the layout map names where each chunk lies, in blocks of 4 KiB, all within the file.
 */
final class FileChunks {
    private static final int BLOCK_BYTES = 4_096;
    private static final String CHUNK = "chunk.";

    private FileChunks() {}

    /**
     * Looks without writing.
     *
     * @throws MVStoreException if a part is missing
     */
    static void requireComplete(Path file) throws IOException {
        final long size = Files.size(file);
        final long written = number(header(file), "version");
        try (MVStore store = new MVStore.Builder().fileName(file.toString()).readOnly().open()) {
            if (store.getCurrentVersion() < written) {
                throw missing("it was at version " + written + " and what is left is at version " + store.getCurrentVersion());
            }
            for (final Map.Entry<String, String> entry : store.getLayoutMap().entrySet()) {
                if (entry.getKey().startsWith(CHUNK)) {
                    final Map<String, String> chunk = fields(entry.getValue());
                    final long end = (number(chunk, "block") + number(chunk, "len")) * BLOCK_BYTES;
                    if (chunk.containsKey("block") && end > size) {
                        throw missing("it has " + size + " bytes and a part that ends at byte " + end);
                    }
                }
            }
        }
    }

    private static MVStoreException missing(String how) {
        return new MVStoreException(0, how);
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
