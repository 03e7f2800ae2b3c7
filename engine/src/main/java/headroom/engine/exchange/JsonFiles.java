package headroom.engine.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Small JSON files beside the weights: configurations, indexes, cards. Double keys are errors; writing is atomic. */
public final class JsonFiles {
    /** A configuration is a page of text; an index of a large model a few megabytes. */
    private static final long MOST_BYTES = 64L << 20;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private JsonFiles() {
    }

    /**
     * Reads one JSON object.
     *
     * @throws IOException     if the file cannot be read
     * @throws FormatException if it is no JSON object
     */
    public static JsonNode read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MOST_BYTES) {
            throw new FormatException(file, "file", size + " bytes", "at most " + MOST_BYTES, "Check that this is the right file.");
        }
        JsonNode node;
        try {
            node = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null ? "file" : "line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
            throw new FormatException(file, where, e.getOriginalMessage(), "valid JSON", "Correct the file or fetch it again.", e);
        }
        if (!node.isObject()) {
            throw new FormatException(file, "file", node.getNodeType().toString().toLowerCase(Locale.ROOT), "a JSON object",
                    "Check that this is the right file.");
        }
        return node;
    }

    /** Writes one JSON value, indented, whole or not at all. */
    public static void write(Path file, JsonNode value) throws IOException {
        AtomicFile.writeText(file, JSON.writeValueAsString(value) + "\n");
    }
}
