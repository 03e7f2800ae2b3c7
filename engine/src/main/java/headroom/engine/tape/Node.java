package headroom.engine.tape;

import headroom.engine.compute.Tensor;
import java.util.ArrayList;
import java.util.List;

/** One application of an operation, as the tape remembers it. */
final class Node {
    final Op op;
    final Value[] inputs;
    final String owner;
    final List<Parameter> wanted;
    final List<Tape.Shared> kept = new ArrayList<>(2);
    /** Its output, where that can be made again from what is kept. */
    Tensor rebuilt;
    Value output;

    Node(Op op, Value[] inputs, String owner, List<Parameter> wanted) {
        this.op = op;
        this.inputs = inputs;
        this.owner = owner;
        this.wanted = wanted;
    }
}
