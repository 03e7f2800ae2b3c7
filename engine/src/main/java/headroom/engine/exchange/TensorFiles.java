package headroom.engine.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Opens the weights of a local model folder in the Hugging Face layout, whichever way they are stored. */
public final class TensorFiles {
    private static final String SAFETENSORS = ".safetensors";
    private static final String ONNX = ".onnx";
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private TensorFiles() {
    }

    /**
     * Opens {@code model.safetensors}, else the shards of {@code model.safetensors.index.json}, else the only safetensors or ONNX
     * file there; a file is opened as itself. An ONNX file must be a BERT encoder, and is seen under its checkpoint names.
     *
     * @throws IOException     if a file cannot be read
     * @throws FormatException if there are no such weights, or they are not valid
     */
    public static TensorFile open(Path folder) throws IOException {
        if (Files.isRegularFile(folder)) {
            return openFile(folder);
        }
        if (!Files.isDirectory(folder)) {
            throw new FormatException(folder, "model folder", "nothing there", "a folder with config.json and safetensors weights", "Check the path.");
        }
        if (Files.isRegularFile(folder.resolve(SINGLE))) {
            return SafeTensorsFile.open(folder.resolve(SINGLE));
        }
        if (Files.isRegularFile(folder.resolve(INDEX))) {
            Path index = folder.resolve(INDEX);
            return ShardedTensors.open(index, weightMap(index));
        }
        List<Path> others = weightFilesIn(folder);
        if (others.size() == 1) {
            return openFile(others.getFirst());
        }
        throw new FormatException(folder, "weights", others.isEmpty() ? "no safetensors or ONNX file" : others.size() + " weight files and no index",
                SINGLE + " or " + INDEX, "Save the model with safe serialisation, or put its files here.");
    }

    private static TensorFile openFile(Path file) throws IOException {
        return file.toString().endsWith(ONNX) ? OnnxBertWeights.open(file) : SafeTensorsFile.open(file);
    }

    private static List<Path> weightFilesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(SAFETENSORS) || f.toString().endsWith(ONNX)).sorted().toList();
        }
    }

    private static Map<String, String> weightMap(Path index) throws IOException {
        JsonNode map = JsonFiles.read(index).path("weight_map");
        Map<String, String> files = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> e : map.properties()) {
            String file = e.getValue().isTextual() ? e.getValue().textValue() : "";
            // a plain name: an index must not reach outside its folder
            if (!file.endsWith(SAFETENSORS) || file.contains("/") || file.contains("\\")) {
                throw new FormatException(index, "weight_map '" + e.getKey() + "'", e.getValue().toString(),
                        "the name of a safetensors file in the same folder", "Fetch or export the model again.");
            }
            files.put(e.getKey(), file);
        }
        if (files.isEmpty()) {
            throw new FormatException(index, "weight_map", "no entry", "a file name for every tensor", "Fetch or export the model again.");
        }
        return files;
    }
}
