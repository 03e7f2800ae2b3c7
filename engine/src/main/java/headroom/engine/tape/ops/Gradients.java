package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.EmbeddingKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.WeightGradient;
import java.util.function.Supplier;

/** The forms in which gradients of parameters come out of the operations. */
public final class Gradients {
    private Gradients() {}

    /** α·dyᵀx for a matrix [out, in], from dy [N, out] and x [N, in]. */
    public record OuterProduct(Parameter parameter, Tensor dy, Tensor x, double alpha) implements WeightGradient {
        @Override
        public Tensor dense(Compute c) {
            return scaled(c, c.call(LinearKernels.LINEAR_DW, dy, x), alpha);
        }

        @Override
        public void addTo(Compute c, Tensor sum) {
            c.apply(LinearKernels.LINEAR_DW_ACC, sum, dy, x, alpha);
        }

        @Override
        public Tensor rows(Compute c, long from, long to) {
            return scaled(c, c.call(LinearKernels.LINEAR_DW_ROWS, dy, x, from, to), alpha);
        }

        @Override
        public Tensor at(Compute c, Support support) {
            return switch (support) {
                case Support.Columns s -> {
                    try (Tensor part = workspace(c, () -> c.call(SupportKernels.COLUMNS_OF, x, s.ids()))) {
                        yield scaled(c, c.call(LinearKernels.LINEAR_DW, dy, part), alpha);
                    }
                }
                case Support.RowSet s -> {
                    try (Tensor part = workspace(c, () -> c.call(SupportKernels.COLUMNS_OF, dy, s.ids()))) {
                        yield scaled(c, c.call(LinearKernels.LINEAR_DW, part, x), alpha);
                    }
                }
                default -> WeightGradient.super.at(c, support);
            };
        }

        /** (dy·P)ᵀx or dyᵀ(x·Q): two products with the short side, and never the matrix. */
        @Override
        public Tensor project(Compute c, Tensor basis, Side side) {
            boolean left = side == Side.LEFT;
            try (Tensor p = workspace(c, () -> basis.dtype() == dy.dtype() ? basis.retain() : c.call(CoreKernels.CAST, basis, (long) dy.dtype().torchCode()));
                    Tensor low = workspace(c, () -> c.call(LinearKernels.LINEAR_DX, left ? dy : x, p))) {
                Tensor r = left ? c.call(LinearKernels.LINEAR_DW, low, x) : c.call(LinearKernels.LINEAR_DW, dy, low);
                if (r.dtype() != basis.dtype()) {
                    try (Tensor narrow = r) {
                        r = c.call(CoreKernels.CAST, narrow, (long) basis.dtype().torchCode());
                    }
                }
                return scaled(c, r, alpha);
            }
        }

        /** By Gram matrices of the rows where those are the smaller work, else by tiles. */
        @Override
        public Tensor squares(Compute c) {
            long n = dy.dim(0);
            if (n * (dy.dim(1) + x.dim(1)) <= dy.dim(1) * x.dim(1)) {
                try (Tensor one = c.call(SupportKernels.OUTER_SQUARES, dy, x, 1L)) {
                    return scaled(c, one.view(), alpha * alpha);
                }
            }
            Tensor sum = c.zeros(Category.WORKSPACE, c.owner(), dy.dtype() == DType.F64 ? DType.F64 : DType.F32, Shape.of());
            visit(c, (row, tile) -> {
                try (Tensor part = c.call(OptimizerKernels.SUM_SQUARES, tile)) {
                    c.apply(ElementwiseKernels.ADD_INTO, sum, part);
                }
            });
            return sum;
        }

        @Override
        public Tensor perExample(Compute c, long examples) {
            return scaled(c, c.call(SupportKernels.OUTER_SQUARES, dy, x, examples), alpha * alpha);
        }

        @Override
        public Tensor upstreamSquares(Compute c) {
            return scaled(c, WeightGradient.rowSquares(c, dy), alpha * alpha);
        }
    }

    /** α·dyᵀx at chosen columns alone, from the same columns of the input: x [N, k]. Nothing else of the gradient can be told. */
    public record ColumnProduct(Parameter parameter, Tensor dy, Tensor x, Support.Columns columns, double alpha) implements WeightGradient {
        @Override
        public Tensor dense(Compute c) {
            throw new IllegalStateException("only " + columns.ids().dim(0) + " columns of the input of " + parameter.path() + " were saved; observe the parameter to have its whole gradient");
        }

        @Override
        public void addTo(Compute c, Tensor sum) {
            dense(c);
        }

        @Override
        public Tensor rows(Compute c, long from, long to) {
            return dense(c);
        }

        @Override
        public Tensor at(Compute c, Support support) {
            return support.equals(columns) ? scaled(c, c.call(LinearKernels.LINEAR_DW, dy, x), alpha) : dense(c);
        }

        @Override
        public void addAt(Compute c, Support support, Tensor sum) {
            if (!support.equals(columns)) {
                dense(c);
            }
            c.apply(LinearKernels.LINEAR_DW_ACC, sum, dy, x, alpha);
        }

        @Override
        public Tensor upstreamSquares(Compute c) {
            return scaled(c, WeightGradient.rowSquares(c, dy), alpha * alpha);
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

        @Override
        public void visit(Compute c, Visitor visitor) {
            whole(c, this, visitor);
        }

        @Override
        public Tensor perExample(Compute c, long examples) {
            try (Tensor sums = c.call(SupportKernels.SUM_GROUPS, dy, examples)) {
                return WeightGradient.rowSquares(c, sums);
            }
        }

        @Override
        public Tensor upstreamSquares(Compute c) {
            return WeightGradient.rowSquares(c, dy);
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

        @Override
        public void visit(Compute c, Visitor visitor) {
            whole(c, this, visitor);
        }

        /** Two tokens of one row add up, tokens of different rows do not meet: no table is made. */
        @Override
        public Tensor perExample(Compute c, long examples) {
            return c.call(SupportKernels.SCATTER_SQUARES, dy, ids, examples);
        }

        @Override
        public Tensor upstreamSquares(Compute c) {
            return WeightGradient.rowSquares(c, dy);
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

        @Override
        public void visit(Compute c, Visitor visitor) {
            whole(c, this, visitor);
        }

        @Override
        public Tensor perExample(Compute c, long examples) {
            try (Tensor sums = count == 1 ? c.call(SupportKernels.SUM_GROUPS, dy, examples) : dy.view(examples, dy.elements() / examples)) {
                return WeightGradient.rowSquares(c, sums);
            }
        }

        @Override
        public Tensor upstreamSquares(Compute c) {
            return WeightGradient.rowSquares(c, dy);
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

        @Override
        public void visit(Compute c, Visitor visitor) {
            whole(c, this, visitor);
        }
    }

    private static Tensor scaled(Compute c, Tensor g, double by) {
        if (by != 1) {
            c.apply(ElementwiseKernels.SCALE_INTO, g, by);
        }
        return g;
    }

    /** What is only needed on the way is workspace, whatever its result will be. */
    private static Tensor workspace(Compute c, Supplier<Tensor> made) {
        Category before = c.making(Category.WORKSPACE);
        try {
            return made.get();
        } finally {
            c.making(before);
        }
    }

    /** A gradient that is made in one piece is visited as one tile. */
    private static void whole(Compute c, WeightGradient g, WeightGradient.Visitor visitor) {
        try (Tensor whole = workspace(c, () -> g.dense(c))) {
            visitor.tile(0, whole);
        }
    }

    private static Tensor cut(Compute c, WeightGradient g, long from, long to) {
        try (Tensor whole = g.dense(c)) {
            return whole.rows(from, to);
        }
    }
}
