package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.EmbeddingKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.WeightGradient;
import java.util.List;

/**
 * Adds to each row of x [N, d] the row of a table [P, d] at its own position: learned positions of several texts in a row, which count from each text's beginning. Saves
 * nothing.
 */
public final class AddPositions implements Op {
    private final Parameter table;
    private final Tensor positions;
    private final long offset;

    /**
     * @param positions [N] (int64), borrowed until the backward pass is over
     * @param offset row of position 0
     */
    public AddPositions(Parameter table, Tensor positions, long offset) {
        this.table = table;
        this.positions = positions;
        this.offset = offset;
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
        Compute c = f.compute();
        Tensor y = f.owns(0) ? in[0].retain() : c.call(CoreKernels.COPY, in[0]);
        try (Tensor t = f.read(table); Tensor from = t.rows(offset, t.dim(0)); Tensor rows = c.call(EmbeddingKernels.EMBEDDING, from, positions)) {
            c.apply(ElementwiseKernels.ADD_INTO, y, rows);
        }
        return y;
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        if (b.needs(table)) {
            b.give(table, new Scatter(table, dy, positions, offset));
        }
        if (b.needs(0)) {
            b.give(0, dy.retain());
        }
    }

    /** dy scattered to the rows from the offset on. */
    private record Scatter(Parameter parameter, Tensor dy, Tensor ids, long offset) implements WeightGradient {
        @Override
        public Tensor dense(Compute c) {
            Tensor g = c.zeros(Category.WORKSPACE, c.owner(), dy.dtype(), parameter.shape());
            addTo(c, g);
            return g;
        }

        @Override
        public void addTo(Compute c, Tensor sum) {
            try (Tensor rows = sum.rows(offset, sum.dim(0))) {
                c.apply(EmbeddingKernels.EMBEDDING_DW_ACC, rows, dy, ids);
            }
        }

        @Override
        public Tensor rows(Compute c, long from, long to) {
            try (Tensor whole = dense(c)) {
                return whole.rows(from, to);
            }
        }
    }
}
