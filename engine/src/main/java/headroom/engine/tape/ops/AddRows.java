package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.EmbeddingKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import java.util.List;

/**
 * Adds rows {@code offset} to {@code offset + T} of a table [P, d] to every sequence of x [B·T, d]: learned positions without a list of position ids. With a count of 1
 * every token gets the one row. Saves nothing.
 */
public final class AddRows implements Op {
    private final Parameter table;
    private final long offset;
    private final long count;

    /** @param count rows added to each sequence: T, or 1 */
    public AddRows(Parameter table, long offset, long count) {
        this.table = table;
        this.offset = offset;
        this.count = count;
    }

    @Override
    public String name() {
        return "add positions";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(table);
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Tensor y = f.owns(0) ? in[0].retain() : f.compute().call(CoreKernels.COPY, in[0]);
        try (Tensor t = f.read(table); Tensor rows = t.rows(offset, offset + count)) {
            f.compute().apply(EmbeddingKernels.ADD_ROWS_INTO, y, rows);
        }
        return y;
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        if (b.needs(table)) {
            b.give(table, new Gradients.RowBlock(table, dy, offset, count));
        }
        if (b.needs(0)) {
            b.give(0, dy.retain());
        }
    }
}
