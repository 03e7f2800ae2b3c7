package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.EmbeddingKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.WeightGradient;

/** The forms in which gradients of parameters come out of the operations. */
public final class Gradients {
    private Gradients() {}

    /** α·dyᵀx for a matrix [out, in], from dy [N, out] and x [N, in]. */
    public record OuterProduct(Parameter parameter, Tensor dy, Tensor x, double alpha) implements WeightGradient {
        @Override
        public Tensor dense(Compute c) {
            Tensor g = c.call(LinearKernels.LINEAR_DW, dy, x);
            if (alpha != 1) {
                c.apply(ElementwiseKernels.SCALE_INTO, g, alpha);
            }
            return g;
        }

        @Override
        public void addTo(Compute c, Tensor sum) {
            c.apply(LinearKernels.LINEAR_DW_ACC, sum, dy, x, alpha);
        }

        @Override
        public Tensor rows(Compute c, long from, long to) {
            return cut(c, this, from, to);
        }
    }

    /** Σ over rows of dy [N, out], for a bias. */
    public record RowSum(Parameter parameter, Tensor dy) implements WeightGradient {
        @Override
        public Tensor dense(Compute c) {
            return c.call(LinearKernels.BIAS_DB, dy);
        }

        @Override
        public void addTo(Compute c, Tensor sum) {
            c.apply(LinearKernels.BIAS_DB_ACC, sum, dy);
        }

        @Override
        public Tensor rows(Compute c, long from, long to) {
            return cut(c, this, from, to);
        }
    }

    /** dy rows [N, d] scattered to the rows of a table that were read. */
    public record RowScatter(Parameter parameter, Tensor dy, Tensor ids) implements WeightGradient {
        @Override
        public Tensor dense(Compute c) {
            return c.call(EmbeddingKernels.EMBEDDING_DW, dy, ids, parameter.shape().dim(0));
        }

        @Override
        public void addTo(Compute c, Tensor sum) {
            c.apply(EmbeddingKernels.EMBEDDING_DW_ACC, sum, dy, ids);
        }

        @Override
        public Tensor rows(Compute c, long from, long to) {
            return cut(c, this, from, to);
        }
    }

    /** Σ over sequences of dy [B·T, d], for rows {@code offset} to {@code offset + count} (T, or 1 for all tokens) of a table. */
    public record RowBlock(Parameter parameter, Tensor dy, long offset, long count) implements WeightGradient {
        @Override
        public Tensor dense(Compute c) {
            Tensor g = c.zeros(Category.WORKSPACE, c.owner(), dy.dtype(), parameter.shape());
            addTo(c, g);
            return g;
        }

        @Override
        public void addTo(Compute c, Tensor sum) {
            try (Tensor part = c.call(EmbeddingKernels.SUM_ROWS, dy, count); Tensor rows = sum.rows(offset, offset + count)) {
                c.apply(ElementwiseKernels.ADD_INTO, rows, part);
            }
        }

        @Override
        public Tensor rows(Compute c, long from, long to) {
            return cut(c, this, from, to);
        }
    }

    /** A gradient that the backward kernel has made already, e.g. of a norm's gain. Borrowed. */
    public record Given(Parameter parameter, Tensor gradient) implements WeightGradient {
        @Override
        public Tensor dense(Compute c) {
            return gradient.retain();
        }

        @Override
        public void addTo(Compute c, Tensor sum) {
            c.apply(ElementwiseKernels.ADD_INTO, sum, gradient);
        }

        @Override
        public Tensor rows(Compute c, long from, long to) {
            return gradient.rows(from, to);
        }
    }

    private static Tensor cut(Compute c, WeightGradient g, long from, long to) {
        try (Tensor whole = g.dense(c)) {
            return whole.rows(from, to);
        }
    }
}
