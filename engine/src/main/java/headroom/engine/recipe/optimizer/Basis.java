package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.LowRankKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.tape.Parameter;
import java.util.function.Predicate;

/**
 * A basis on the smaller side of a gradient G [m, n]: left P [m, r] with the sketch R = PᵀG [r, n] when m &lt; n, right Q [n, r] with R = GQ [m, r] otherwise.
 *
 * @param tensor P or Q; owned
 */
record Basis(Tensor tensor, boolean left) implements AutoCloseable {
    static final String SLOT = "basis";

    /** R: [r, n] or [m, r]. */
    Tensor sketch(Compute c, Tensor g) {
        return left ? c.call(LowRankKernels.PROJECT_LEFT, tensor, g) : c.call(LowRankKernels.PROJECT_RIGHT, g, tensor);
    }

    /** w ← w + c·(what the sketch stands for): PR or RQᵀ. */
    void addBack(Compute c, Tensor w, Tensor sketch, double factor) {
        c.apply(left ? LowRankKernels.UNPROJECT_LEFT_INTO : LowRankKernels.UNPROJECT_RIGHT_INTO, w, tensor, sketch, factor);
    }

    @Override
    public void close() {
        tensor.close();
    }

    /** Where the basis of a step comes from. */
    interface Source {
        /** False for what steps in the full space. */
        boolean appliesTo(Parameter p);

        /** The basis of this step; closed by the caller. */
        Basis at(UpdateRule.Update u, UpdateRule rule);

        /** α of the steps in the subspace. */
        double scale();
    }

    /** Bases renewed by each parameter's own clock; moments start again with a new one if that was chosen. */
    record Renewed(OptimizerChoice.LowRank choice, Predicate<Parameter> projected, long seed) implements Source {
        /** False also for vectors, and for matrices that the rank would not make smaller. */
        @Override
        public boolean appliesTo(Parameter p) {
            return projected.test(p) && p.shape().rank() == 2 && choice.rank() < Math.min(p.shape().dim(0), p.shape().dim(1));
        }

        @Override
        public double scale() {
            return choice.scale();
        }

        @Override
        public Basis at(UpdateRule.Update u, UpdateRule rule) {
            boolean renew = (u.clock() - 1) % choice.refresh() == 0;
            if (renew && choice.clearMoments() && u.clock() > 1) {
                u.state().clear(rule.moments().toArray(String[]::new));
            }
            boolean left = u.gradient().dim(0) < u.gradient().dim(1);
            return switch (choice.law()) {
                case SVD -> new Basis(leading(u, left, renew).retain(), left);
                case RANDOM -> new Basis(drawn(u, left), left);
            };
        }

        private Tensor leading(UpdateRule.Update u, boolean left, boolean renew) {
            if (!renew && u.state().kept(SLOT) instanceof Tensor kept) {
                return kept;
            }
            u.state().discard(SLOT);
            Compute c = u.compute();
            Tensor wide = c.call(LowRankKernels.SVD_BASIS, u.gradient(), (long) choice.rank(), left);
            if (u.codec().plainType(u.parameter()) != DType.BF16) {
                return u.state().keep(SLOT, wide);
            }
            try (wide) {
                return u.state().keep(SLOT, c.call(CoreKernels.CAST, wide, (long) DType.BF16.torchCode()));
            }
        }

        /** Normal numbers of variance 1/r from a key of the parameter and of the interval of its clock: nothing is kept. */
        private Tensor drawn(UpdateRule.Update u, boolean left) {
            Tensor p = u.compute().zeros(Category.WORKSPACE, u.parameter().path() + "." + SLOT, Codec.wideType(u.parameter()), Shape.of(u.gradient().dim(left ? 0 : 1), choice.rank()));
            long key = Keys.key(seed, "subspace", u.parameter().path(), (u.clock() - 1) / choice.refresh());
            u.compute().apply(RandomKernels.ADD_NORMAL_INTO, p, key, 0L, 1 / Math.sqrt(choice.rank()));
            return p;
        }
    }
}
