package headroom.engine.exchange;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An ONNX file's initialisers (the weights) and the nodes of its graph. The file is mapped and the initialisers' data stays in
 * the mapping; attributes, types and sub-graphs are skipped. Weights kept in a second file are refused.
 */
public final class OnnxFile implements TensorFile {
    static final String DAMAGED = "The file is damaged or no ONNX model; fetch or export it again.";

    private final Path path;
    private final Arena arena;
    private final Map<String, RawTensor> initializers;
    private final List<OnnxNode> nodes;

    private OnnxFile(Path path, Arena arena, Map<String, RawTensor> initializers, List<OnnxNode> nodes) {
        this.path = path;
        this.arena = arena;
        this.initializers = initializers;
        this.nodes = nodes;
    }

    /**
     * Maps the file, reads its structure and checks every initialiser.
     *
     * @throws IOException     if it cannot be read
     * @throws FormatException if it is not a valid ONNX model with its weights inside
     */
    public static OnnxFile open(Path path) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new FormatException(path, "file", channel.size() + " bytes", "less than 2 GiB, the limit of the format",
                        "Export the model as safetensors.");
            }
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            DynamicMessage model = parse(path, file);
            FieldDescriptor graphField = OnnxSchema.MODEL.findFieldByName("graph");
            if (!model.hasField(graphField)) {
                throw new FormatException(path, "model", "no graph", "a graph with initialisers", DAMAGED);
            }
            DynamicMessage graph = (DynamicMessage) model.getField(graphField);
            return new OnnxFile(path, arena, readInitializers(path, graph), readNodes(graph));
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static DynamicMessage parse(Path path, MemorySegment file) throws IOException {
        // wrapped, the buffer counts as unchanging, and byte fields become views of it instead of copies
        CodedInputStream in = UnsafeByteOperations.unsafeWrap(file.asByteBuffer()).newCodedInput();
        in.enableAliasing(true);
        try {
            return DynamicMessage.parseFrom(OnnxSchema.MODEL, in);
        } catch (InvalidProtocolBufferException e) {
            throw new FormatException(path, "byte " + in.getTotalBytesRead(), e.getMessage(), "a protobuf message", DAMAGED, e);
        }
    }

    private static Map<String, RawTensor> readInitializers(Path path, DynamicMessage graph) {
        Map<String, RawTensor> tensors = new LinkedHashMap<>();
        for (DynamicMessage message : OnnxInitializer.messages(graph, "initializer")) {
            RawTensor tensor = new OnnxInitializer(path, message).read();
            if (tensors.put(tensor.name(), tensor) != null) {
                throw new FormatException(path, "initialiser '" + tensor.name() + "'", "two of that name", "one", DAMAGED);
            }
        }
        return tensors;
    }

    private static List<OnnxNode> readNodes(DynamicMessage graph) {
        List<OnnxNode> nodes = new ArrayList<>();
        for (DynamicMessage node : OnnxInitializer.messages(graph, "node")) {
            nodes.add(new OnnxNode(text(node, "op_type"), text(node, "name"), texts(node, "input"), texts(node, "output")));
        }
        return List.copyOf(nodes);
    }

    private static String text(DynamicMessage message, String field) {
        return (String) message.getField(message.getDescriptorForType().findFieldByName(field));
    }

    private static List<String> texts(DynamicMessage message, String field) {
        return ((List<?>) message.getField(message.getDescriptorForType().findFieldByName(field))).stream().map(String.class::cast).toList();
    }

    /** The graph's nodes, in the file's (topological) order. */
    public List<OnnxNode> nodes() {
        return nodes;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(initializers.keySet());
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public RawTensor get(String name) {
        RawTensor tensor = initializers.get(name);
        if (tensor == null) {
            throw TensorFile.missing(this, name);
        }
        return tensor;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
