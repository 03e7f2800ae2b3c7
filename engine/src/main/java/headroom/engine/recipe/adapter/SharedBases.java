package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;

/**
 * Two random matrices A [r, in] and B [out, r] for a whole model, as wide as its widest site; a site reads a slice of each. Drawn once from the run's seed, booked once, never
 * trained and never saved: the seed says the same.
 *
 * <p>A is kept turned, [in, r], so that a slice of its columns is a view of rows. Both are uniform in ±√(6 / fan-in), as Kaiming's rule for rectifiers has it.
 */
public final class SharedBases implements AutoCloseable {
    private final Tensor turned;
    private final Tensor out;

    /**
     * @param in widest input of a site
     * @param widest widest output of a site
     */
    public SharedBases(Compute c, DType dtype, long seed, int rank, long in, long widest) {
        turned = drawn(c, dtype, seed, "shared_a", in, rank, in);
        out = drawn(c, dtype, seed, "shared_b", widest, rank, rank);
    }

    private static Tensor drawn(Compute c, DType dtype, long seed, String owner, long rows, int rank, long fanIn) {
        Tensor t = c.zeros(Category.ADAPTER, owner, dtype, Shape.of(rows, rank));
        c.apply(RandomKernels.UNIFORM_INTO, t, Keys.key(seed, "shared bases", owner, 0), Math.sqrt(6.0 / fanIn));
        return t;
    }

    /** Aᵀ [in, r] for a site of this many inputs; a view, owned by the caller. */
    public Tensor turned(long in) {
        return turned.rows(0, in);
    }

    /** B [out, r] for a site of this many outputs; a view, owned by the caller. */
    public Tensor out(long n) {
        return out.rows(0, n);
    }

    /** Aᵀ whole; borrowed. */
    public Tensor turned() {
        return turned;
    }

    /** B whole; borrowed. */
    public Tensor out() {
        return out;
    }

    @Override
    public void close() {
        turned.close();
        out.close();
    }
}
