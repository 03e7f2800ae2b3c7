package headroom.engine.tape;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.memory.Category;

/**
 * A gradient of a parameter that has not been computed yet. The sink asks for the form it needs: the whole, the whole added to what is there, rows, the elements of a support,
 * a projection, norms. Alive only while the sink is being called; a sink that wants to keep something asks for it then.
 *
 * <p>The general forms go through one visitor of row tiles, so their scratch is one tile and not the matrix; operations that know a shorter way override them.
 */
public interface WeightGradient {
    /** Elements of a tile of rows, unless one row has more: 2 MiB in float32. Smaller tiles cost time (a product of few rows is slow), larger ones scratch. */
    long TILE = 524_288;

    /** Sees the gradient tile by tile. */
    @FunctionalInterface
    interface Visitor {
        /** @param tile rows from {@code row} on; borrowed */
        void tile(long row, Tensor tile);
    }

    /** Which side of a gradient [m, n] a basis shortens. */
    enum Side {
        /** P [m, r] → PᵀG [r, n]. */
        LEFT,
        /** Q [n, r] → GQ [m, r]. */
        RIGHT
    }

    /** Shape-giving parameter. */
    Parameter parameter();

    /** The whole gradient in a new tensor of the parameter's shape, owned by the caller. */
    Tensor dense(Compute c);

    /** Adds the whole gradient to a tensor of the parameter's shape. */
    void addTo(Compute c, Tensor sum);

    /** Rows {@code from} to {@code to} (exclusive) in a new tensor, owned by the caller. */
    Tensor rows(Compute c, long from, long to);

    /** Visits the whole gradient by tiles of rows, in order; one tile exists at a time. */
    default void visit(Compute c, Visitor visitor) {
        Shape s = parameter().shape();
        long rows = s.dim(0);
        long step = Math.max(1, TILE / Math.max(1, s.elements() / Math.max(1, rows)));
        for (long i = 0; i < rows; i += step) {
            try (Tensor tile = workspace(c, i, Math.min(rows, i + step))) {
                visitor.tile(i, tile);
            }
        }
    }

    private Tensor workspace(Compute c, long from, long to) {
        Category before = c.making(Category.WORKSPACE);
        try {
            return rows(c, from, to);
        } finally {
            c.making(before);
        }
    }

    /** The elements of a support, in the support's shape; owned by the caller. */
    default Tensor at(Compute c, Support support) {
        if (support instanceof Support.All) {
            return dense(c);
        }
        if (support instanceof Support.Rows r) {
            return rows(c, r.from(), r.to());
        }
        if (!support.takesTiles()) {
            try (Tensor whole = dense(c)) {
                return support.read(c, whole);
            }
        }
        Category category = c.making(Category.WORKSPACE);
        c.making(category);
        Tensor[] out = new Tensor[1];
        visit(c, (row, tile) -> {
            if (out[0] == null) {
                out[0] = c.zeros(category, c.owner(), tile.dtype(), support.shape(parameter().shape()));
            }
            support.take(c, out[0], tile, row);
        });
        return out[0];
    }

    /** Adds the elements of a support to a tensor of the support's shape. */
    default void addAt(Compute c, Support support, Tensor sum) {
        if (support instanceof Support.All) {
            addTo(c, sum);
            return;
        }
        Category before = c.making(Category.WORKSPACE);
        try (Tensor part = at(c, support)) {
            c.apply(ElementwiseKernels.ADD_INTO, sum, part);
        } finally {
            c.making(before);
        }
    }

    /**
     * PᵀG [r, n] or GQ [m, r], without the whole gradient where the operation can (GaLore needs the whole one only to renew its basis).
     *
     * @param basis P [m, r] or Q [n, r]
     * @return in the basis' type, owned by the caller
     */
    default Tensor project(Compute c, Tensor basis, Side side) {
        long r = basis.dim(1);
        Shape s = parameter().shape();
        Category category = c.making(Category.WORKSPACE);
        c.making(category);
        Tensor out = c.zeros(category, c.owner(), basis.dtype(), side == Side.LEFT ? Shape.of(r, s.dim(1)) : Shape.of(s.dim(0), r));
        visit(c, (row, tile) -> {
            try (Tensor g = tile.dtype() == basis.dtype() ? tile.retain() : c.call(CoreKernels.CAST, tile, (long) basis.dtype().torchCode())) {
                if (side == Side.LEFT) {
                    try (Tensor p = basis.rows(row, row + tile.dim(0))) {
                        c.apply(LinearKernels.LINEAR_DW_ACC, out, p, g, 1.0);
                    }
                } else {
                    try (Tensor rows = out.rows(row, row + tile.dim(0))) {
                        c.apply(LinearKernels.LINEAR_DX_ACC, rows, g, basis, 1.0);
                    }
                }
            }
        });
        return out;
    }

    /** Σ g² of the whole gradient, float32 [] (float64 for float64); owned by the caller. */
    default Tensor squares(Compute c) {
        try (Tensor whole = dense(c)) {
            return c.call(OptimizerKernels.SUM_SQUARES, whole);
        }
    }

    /**
     * Squared norm of each example's own gradient (ghost norms), float32 [B] (float64 for float64); owned by the caller. The rows of a batch are B examples of equal length.
     *
     * @throws UnsupportedOperationException if the operation has summed over the examples already
     */
    default Tensor perExample(Compute c, long examples) {
        throw new UnsupportedOperationException("the gradient of " + parameter().path() + " comes summed over the examples");
    }

    /**
     * Squared norms of the rows of dy, float32 [N] (float64 for float64): what sampling of rows weighs by. Owned by the caller.
     *
     * @throws UnsupportedOperationException if the operation has no rows any more
     */
    default Tensor upstreamSquares(Compute c) {
        throw new UnsupportedOperationException("the gradient of " + parameter().path() + " comes without the rows of its output's gradient");
    }

    /** Σ of squares of the rows of a tensor [N, d]. */
    static Tensor rowSquares(Compute c, Tensor dy) {
        return c.call(SupportKernels.ROW_SQUARES, dy);
    }
}
