package headroom.engine.exchange;

import java.util.List;

/**
 * One operation of an ONNX graph.
 *
 * @param opType  the operation, such as {@code MatMul}
 * @param name    its name, often the path of the module it came from; may be empty
 * @param inputs  names of what it reads: initialisers or outputs of other nodes
 * @param outputs names of what it makes
 */
public record OnnxNode(String opType, String name, List<String> inputs, List<String> outputs) {
    public OnnxNode {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
