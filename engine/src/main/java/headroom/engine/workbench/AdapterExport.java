package headroom.engine.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.exchange.AdapterFolder;
import headroom.engine.exchange.RawTensor;
import headroom.engine.exchange.TensorFile;
import headroom.engine.tape.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes whatever a run's method added to the base model, and what of the base it trained, as a folder of named tensors; and puts it back. The folder remembers which base it
 * belongs to by the content of that base, and goes on no other.
 */
final class AdapterExport {
    private static final String BASE = "base";
    private static final String HASH = "base_sha256";

    private AdapterExport() {}

    static void write(Path folder, RunModels.Found found, TunedModel tuned) throws IOException {
        final ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("method", found.prepared().method().method().id());
        json.put(BASE, found.request().plan().model());
        json.put(HASH, found.baseHash());
        json.set("recipe", recipe(found));
        final Set<Parameter> added = new HashSet<>(tuned.assembly().adapter().parameters());
        final List<RawTensor> tensors = new ArrayList<>();
        for (final Parameter parameter : tuned.assembly().parameters()) {
            if (added.contains(parameter) || tuned.changed().contains(parameter.path())) {
                tensors.add(tuned.raw(parameter));
            }
        }
        AdapterFolder.write(folder, json, tensors);
    }

    /**
     * Fills a model of the same recipe with what a folder holds.
     *
     * @param into stands on the base of {@code found}
     * @throws WorkbenchException if the folder was trained on another base
     */
    static void read(Path folder, RunModels.Found found, TunedModel into) throws IOException {
        requireBase(folder, found.baseHash(), found.request().plan().model());
        try (TensorFile file = AdapterFolder.open(folder)) {
            final Set<String> left = new HashSet<>(file.names());
            for (final Parameter parameter : into.assembly().parameters()) {
                if (left.remove(parameter.path())) {
                    into.fill(parameter, file.get(parameter.path()));
                }
            }
            if (!left.isEmpty()) {
                throw new IllegalStateException("the model has no place for " + left);
            }
        }
    }

    /** Refuses a folder that was trained on another base than the one of this hash, which goes by the name of {@code model} here. */
    static void requireBase(Path folder, String hash, String model) throws IOException {
        final JsonNode description = AdapterFolder.description(folder);
        if (!description.path(HASH).asText("").equals(hash)) {
            throw new WorkbenchException(Problem.of("The adapter in " + folder + " was trained on another base: " + description.path(BASE).asText("a model that it does not name")
                    + " with weights that are not those of " + model + " as it is here.", "Nothing was changed.", "Take the base that it was trained on, the one whose tensors have the SHA-256 "
                    + description.path(HASH).asText("unknown") + "; those of " + model + " have " + hash + "."));
        }
    }

    private static JsonNode recipe(RunModels.Found found) throws IOException {
        return new ObjectMapper().readTree(found.recipe().toJson());
    }
}
