package headroom.engine.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;

/**
 * What a method adds to a base model, in a folder of its own: {@code adapter.safetensors} with every trained tensor under its path in the model, and {@code adapter.json}, which
 * says what made it. For adapters that no other program's layout has a place for.
 */
public final class AdapterFolder {
    public static final String DESCRIPTION = "adapter.json";
    private static final String FILE = "adapter.safetensors";

    private AdapterFolder() {}

    /**
     * Writes the folder; it appears whole or not at all.
     *
     * @param description method, recipe and base
     * @param tensors named by path
     * @throws IOException if writing fails or the folder exists
     */
    public static void write(Path folder, JsonNode description, Collection<RawTensor> tensors) throws IOException {
        NewFolder.write(folder, draft -> {
            JsonFiles.write(draft.resolve(DESCRIPTION), description);
            SafeTensorsWriter.write(draft.resolve(FILE), tensors, Map.of("format", "pt"));
        });
    }

    /**
     * What the folder says of itself.
     *
     * @throws IOException if it cannot be read
     */
    public static JsonNode description(Path folder) throws IOException {
        return JsonFiles.read(folder.resolve(DESCRIPTION));
    }

    /** The tensors of a folder; the caller closes the file. */
    public static TensorFile open(Path folder) throws IOException {
        return SafeTensorsFile.open(folder.resolve(FILE));
    }
}
