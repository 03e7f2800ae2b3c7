package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LowRankKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.State;
import headroom.engine.tape.Parameter;

/**
 * An orthonormal basis of the leading singular subspace of a gradient G [m, n], on its smaller side (GaLore): left P [m, r] with R = PᵀG when m &lt; n, right Q [n, r] with
 * R = GQ otherwise. The side is kept with the basis.
 */
final class LowRankBasis {
    private final Tensor basis;
    private final boolean left;

    private LowRankBasis(Tensor basis, boolean left) {
        this.basis = basis;
        this.left = left;
    }

    /** @param narrow true keeps it in bf16 */
    static LowRankBasis leading(Compute c, Parameter p, Tensor g, int rank, boolean narrow) {
        boolean left = g.dim(0) < g.dim(1);
        Tensor wide = c.call(LowRankKernels.SVD_BASIS, g, (long) rank, left);
        if (!narrow) {
            return new LowRankBasis(wide.book(Category.OPTIMIZER, p.path() + ".basis"), left);
        }
        try (wide) {
            return new LowRankBasis(c.call(CoreKernels.CAST, wide, (long) DType.BF16.torchCode()).book(Category.OPTIMIZER, p.path() + ".basis"), left);
        }
    }

    /** R: [r, n] or [m, r]. */
    Tensor project(Compute c, Tensor g) {
        return left ? c.call(LowRankKernels.PROJECT_LEFT, basis, g) : c.call(LowRankKernels.PROJECT_RIGHT, g, basis);
    }

    /** w ← (w + eta·(back-projected step))·(1 − decay): decay acts on the weight after the step. */
    void addBack(Compute c, Tensor w, Tensor step, double eta, double decay) {
        c.apply(left ? LowRankKernels.UNPROJECT_LEFT_INTO : LowRankKernels.UNPROJECT_RIGHT_INTO, w, basis, step, eta);
        if (decay > 0) {
            c.apply(ElementwiseKernels.SCALE_INTO, w, 1 - decay);
        }
    }

    void save(State.Writer w, String at) {
        w.tensor(at + ".basis", basis);
        w.number(at + ".basis.left", left ? 1 : 0);
    }

    static LowRankBasis restore(Tensor basis, State.Reader r, String at) {
        return new LowRankBasis(basis, r.number(at + ".basis.left") == 1);
    }

    void close() {
        basis.close();
    }
}
