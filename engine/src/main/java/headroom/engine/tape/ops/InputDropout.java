package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.tape.Pass;

/** Dropout on the input of a branch: the mask is a function of its key, so the backward direction makes it again and nothing is saved. */
final class InputDropout {
    private final double p;
    private final String path;
    private final Long seed;
    private long key;
    private boolean drops;

    InputDropout(double p, String path) {
        this(p, path, null);
    }

    /** @param seed of the mask, or null for that of the pass */
    InputDropout(double p, String path, Long seed) {
        this.p = p;
        this.path = path;
        this.seed = seed;
    }

    /** Takes the key of a forward pass; outside of training nothing is dropped. */
    void begin(Pass pass) {
        drops = p > 0 && pass.dropsInAdapters();
        key = !drops ? 0 : seed == null ? pass.key("dropout", path) : pass.key(seed, "dropout", path);
    }

    /** True if this pass drops anything. */
    boolean drops() {
        return drops;
    }

    /** The input with its mask on, owned by the caller; {@code t} stays the caller's. */
    Tensor of(Compute c, Tensor t) {
        return drops ? c.call(ElementwiseKernels.DROPOUT, t, key, p, 0L) : t.retain();
    }

    /** A gradient of the dropped input → of the input. Takes ownership. */
    Tensor through(Compute c, Tensor dx) {
        into(c, dx);
        return dx;
    }

    /** The same in place; {@code dx} stays the caller's. */
    void into(Compute c, Tensor dx) {
        if (drops) {
            c.apply(ElementwiseKernels.DROPOUT_INTO, dx, key, p, 0L);
        }
    }
}
