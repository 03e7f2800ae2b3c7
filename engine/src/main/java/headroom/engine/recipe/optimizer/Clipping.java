package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.recipe.OptimizerChoice.Clip;
import headroom.engine.tape.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Norms of the gradients of one step, and how they bound them. All norms are those before clipping. */
final class Clipping {
    private final Compute compute;
    private final Map<String, Double> squares = new LinkedHashMap<>();
    private final Map<String, Double> groups = new LinkedHashMap<>();
    private double sum;

    Clipping(Compute compute) {
        this.compute = compute;
    }

    void begin() {
        squares.clear();
        groups.clear();
        sum = 0;
    }

    /** Takes a gradient into the norm; returns its own. */
    double measure(Parameter p, String group, Tensor g) {
        try (Tensor s = compute.call(OptimizerKernels.SUM_SQUARES, g)) {
            double n = compute.item(s);
            squares.put(p.path(), n);
            sum += n;
            groups.merge(group, n, Double::sum);
            return Math.sqrt(n);
        }
    }

    /** The norm of all gradients measured in this step; NaN on a dry machine. */
    double norm() {
        return Math.sqrt(sum);
    }

    /** The norm of the gradients of one group; NaN on a dry machine. */
    double norm(String group) {
        return Math.sqrt(groups.getOrDefault(group, Double.NaN));
    }

    /** Squared norms by path. */
    Map<String, Double> squares() {
        return Map.copyOf(squares);
    }

    /**
     * Bounds a gradient in place.
     *
     * @param own norm of the gradient
     * @param all norm of all gradients that the clip is over, or of this one where the others are not known
     */
    void apply(Clip clip, Tensor g, double own, double all) {
        switch (clip) {
            case Clip.None _ -> { }
            case Clip.Value v -> compute.apply(OptimizerKernels.CLAMP_INTO, g, v.limit());
            case Clip.PerTensor t -> shrink(g, own, t.limit());
            case Clip.Global n -> shrink(g, all, n.limit());
            case Clip.PerGroup n -> shrink(g, all, n.limit());
        }
    }

    private void shrink(Tensor g, double norm, double limit) {
        if (norm > limit) {
            compute.apply(ElementwiseKernels.SCALE_INTO, g, limit / norm);
        }
    }
}
