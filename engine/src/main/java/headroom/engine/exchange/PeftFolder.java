package headroom.engine.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;

/**
 * A folder of the PEFT library, of whatever kind of adapter: {@code adapter_config.json} and {@code adapter_model.safetensors}. Which keys and tensors a kind has is its writer's;
 * {@link PeftAdapter} reads and checks plain pairs.
 */
public final class PeftFolder {
    /** What stands before the path of a module in the name of a tensor. */
    public static final String MODULE = "base_model.model.";
    /** The same where nothing stands at modules: prompts and prefixes. */
    public static final String WRAPPED = "base_model.";
    private static final String FILE = "adapter_model.safetensors";

    private PeftFolder() {}

    /**
     * Writes the folder; it appears whole or not at all.
     *
     * @param tensors under their full names
     * @throws IOException if writing fails or the folder exists
     */
    public static void write(Path folder, JsonNode config, Collection<RawTensor> tensors) throws IOException {
        NewFolder.write(folder, draft -> {
            JsonFiles.write(draft.resolve(PeftConfig.FILE), config);
            SafeTensorsWriter.write(draft.resolve(FILE), tensors, Map.of("format", "pt"));
        });
    }

    public static JsonNode config(Path folder) throws IOException {
        return JsonFiles.read(folder.resolve(PeftConfig.FILE));
    }

    /** The tensors of a folder under their full names; the caller closes the file. */
    public static TensorFile open(Path folder) throws IOException {
        return SafeTensorsFile.open(folder.resolve(FILE));
    }
}
