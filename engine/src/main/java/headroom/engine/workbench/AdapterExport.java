package headroom.engine.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.compute.Compute;
import headroom.engine.exchange.AdapterFolder;
import headroom.engine.exchange.RawTensor;
import headroom.engine.exchange.TensorFile;
import headroom.engine.recipe.Assembly;
import headroom.engine.tape.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Writes whatever a run's method added to the base model, and what of the base it trained, as a folder of named tensors; and puts it back. */
final class AdapterExport {
    private AdapterExport() {}

    static void write(Path folder, RunModels.Found found, TunedModel tuned) throws IOException {
        final ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("method", found.prepared().method().method().id());
        json.put("base", found.request().plan().model());
        json.set("recipe", recipe(found));
        final List<RawTensor> tensors = new ArrayList<>();
        for (final Parameter parameter : trained(tuned.assembly())) {
            tensors.add(raw(tuned.compute(), parameter));
        }
        AdapterFolder.write(folder, json, tensors);
    }

    /** Fills a model of the same recipe with what a folder holds. */
    static void read(Path folder, TunedModel into) throws IOException {
        try (TensorFile file = AdapterFolder.open(folder)) {
            for (final Parameter parameter : trained(into.assembly())) {
                final RawTensor from = file.get(parameter.path());
                if (!from.shape().equals(parameter.shape()) || from.dtype() != parameter.dtype()) {
                    throw new IllegalStateException("what was written for " + parameter.path() + " reads back as " + from);
                }
                into.compute().overwrite(parameter.data(), from::littleEndianData);
            }
        }
    }

    private static Set<Parameter> trained(Assembly assembly) {
        final Set<Parameter> all = new LinkedHashSet<>(assembly.adapter().parameters());
        all.addAll(assembly.trainables(0).parameters());
        return all;
    }

    private static JsonNode recipe(RunModels.Found found) throws IOException {
        return new ObjectMapper().readTree(found.recipe().toJson());
    }

    private static RawTensor raw(Compute compute, Parameter parameter) {
        return new RawTensor(parameter.path(), parameter.dtype(), parameter.shape(), compute.download(parameter.data()));
    }
}
