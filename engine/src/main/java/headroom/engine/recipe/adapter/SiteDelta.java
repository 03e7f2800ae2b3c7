package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.model.LinearSite;
import java.util.List;

/** A change of a linear site's weight that is a sum: W + ΔW. */
interface SiteDelta {
    LinearSite site();

    /** ΔW [out, in] in float32, owned by the caller. */
    Tensor delta(Compute c);

    /** Adds those of a site to its weight [out, in] in float32, in place. */
    static Tensor added(Compute c, LinearSite site, Tensor weight, List<? extends SiteDelta> deltas) {
        for (SiteDelta d : deltas) {
            if (d.site() == site) {
                try (Tensor change = d.delta(c)) {
                    c.apply(ElementwiseKernels.ADD_INTO, weight, change);
                }
            }
        }
        return weight;
    }
}
