package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import java.util.List;

/** A parameter as a value, whatever its shape: how vectors that belong to no input enter a model. Its gradient is dy itself. Saves nothing. */
public final class ReadTable implements Op {
    private final Parameter table;

    public ReadTable(Parameter table) {
        this.table = table;
    }

    @Override
    public String name() {
        return "read table";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(table);
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        return f.read(table);
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        b.give(table, new Gradients.Given(table, dy));
    }
}
