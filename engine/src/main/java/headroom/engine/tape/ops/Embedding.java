package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.EmbeddingKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import java.util.List;

/** Rows of a table [V, d] by ids [N] (int64). The ids belong to the batch, which outlives the step, so nothing is saved. */
public final class Embedding implements Op {
    private final Parameter table;
    private final Tensor ids;

    /** @param ids borrowed until the backward pass is over */
    public Embedding(Parameter table, Tensor ids) {
        this.table = table;
        this.ids = ids;
    }

    @Override
    public String name() {
        return "embedding";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(table);
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Tensor rows = f.compute().call(EmbeddingKernels.EMBEDDING, table.data(), ids);
        if (f.pass().perturbation().moves(table)) {
            f.pass().perturbation().addToRows(f.compute(), table, ids, rows);
        }
        return rows;
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        if (b.needs(table)) {
            b.give(table, new Gradients.RowScatter(table, dy, ids));
        }
    }
}
