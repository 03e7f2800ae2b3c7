package headroom.engine.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One dense model as a Hugging Face folder: {@code config.json}, {@code model.safetensors} and, where given, {@code tokenizer.json}. */
public final class ModelExport {
    private static final String WEIGHT = ".weight";

    private ModelExport() {
    }

    /**
     * Writes the folder; it appears whole or not at all.
     *
     * @param config    the model's published configuration
     * @param entries   its tensors under their published names
     * @param tokenizer a {@code tokenizer.json} to put beside them
     * @throws IOException if writing fails or the folder exists
     */
    public static void write(Path folder, JsonNode config, List<SafeTensorsWriter.Entry> entries, Optional<Path> tokenizer) throws IOException {
        NewFolder.write(folder, draft -> {
            JsonFiles.write(draft.resolve("config.json"), config);
            SafeTensorsWriter.write(draft.resolve("model.safetensors"), entries, Map.of("format", "pt"));
            if (tokenizer.isPresent()) {
                Files.copy(tokenizer.get(), draft.resolve("tokenizer.json"));
            }
        });
    }

    /**
     * A base model with an adapter merged in: W + scaling · B A where there are factors, the adapter's own tensors where it keeps
     * modules whole, the base's otherwise. Nothing is computed before the writer asks.
     *
     * @throws FormatException if the adapter changes a module that the base does not have, or with another shape
     */
    public static List<SafeTensorsWriter.Entry> merged(TensorFile base, PeftAdapter adapter) {
        Map<String, LowRankFactors> changes = new HashMap<>();
        adapter.factors().forEach((module, factors) -> changes.put(nameIn(base, module + WEIGHT), factors));
        Map<String, RawTensor> saved = new LinkedHashMap<>();
        adapter.saved().forEach((name, tensor) -> saved.put(base.names().contains(name) ? name : ownOrSameIn(base, name), tensor));

        List<SafeTensorsWriter.Entry> entries = new ArrayList<>();
        for (String name : base.names()) {
            if (!saved.containsKey(name)) {
                RawTensor weight = base.get(name);
                LowRankFactors change = changes.get(name);
                if (change != null) {
                    checkShape(base, weight, change, adapter.config());
                }
                entries.add(new SafeTensorsWriter.Entry(name, weight.dtype(), weight.shape(),
                        () -> change == null ? base.get(name) : merge(base.get(name), change, adapter.config())));
            }
        }
        saved.forEach((name, tensor) -> entries.add(SafeTensorsWriter.Entry.of(tensor.named(name))));
        return entries;
    }

    private static RawTensor merge(RawTensor weight, LowRankFactors change, PeftConfig config) {
        return config.fanInFanOut() ? change.mergedInto(weight.transposed(), config.scaling()).transposed() : change.mergedInto(weight, config.scaling());
    }

    private static void checkShape(TensorFile base, RawTensor weight, LowRankFactors change, PeftConfig config) {
        RawTensor factor = change.a();
        long out = change.target().dim(0);
        long in = change.target().dim(1);
        boolean fits = weight.shape().rank() == 2 && weight.shape().dim(config.fanInFanOut() ? 1 : 0) == out && weight.shape().dim(config.fanInFanOut() ? 0 : 1) == in;
        if (!fits) {
            throw new FormatException(base.path(), "tensor '" + weight.name() + "'", "shape " + weight.shape(), "shape " + change.target() + " as '" + factor.name()
                    + "' changes it", "Merge the adapter into the model it was trained on.");
        }
    }

    /** A base saved without its task head lacks the outer module's name that the adapter's paths begin with, or the other way round. */
    private static String nameIn(TensorFile base, String name) {
        if (base.names().contains(name)) {
            return name;
        }
        String inner = name.substring(name.indexOf('.') + 1);
        if (base.names().contains(inner)) {
            return inner;
        }
        return base.names().stream().filter(n -> n.endsWith("." + name) && n.indexOf('.') == n.length() - name.length() - 1).findFirst()
                .orElseThrow(() -> TensorFile.missing(base, name));
    }

    /** A head is new to the base and keeps its own name. */
    private static String ownOrSameIn(TensorFile base, String name) {
        String inner = name.substring(name.indexOf('.') + 1);
        return inner.contains(".") && base.names().contains(inner) ? inner : name;
    }
}
