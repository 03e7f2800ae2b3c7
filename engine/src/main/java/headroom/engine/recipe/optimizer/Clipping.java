package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.recipe.OptimizerChoice.Clip;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Trainables;
import java.util.LinkedHashMap;
import java.util.List;
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
            return take(p, group, compute.item(s));
        }
    }

    /** Takes the gradients of what trains into the norm, all in one call where they are reduced in float32; returns the norm of each, NaN for those that are not stepped. */
    Map<Parameter, Double> measure(Map<Parameter, Tensor> gradients, Trainables trainables) {
        Map<Parameter, Double> own = new LinkedHashMap<>();
        gradients.keySet().forEach(p -> own.put(p, Double.NaN));
        List<Parameter> trained = gradients.keySet().stream().filter(trainables::trains).toList();
        List<Parameter> together = trained.stream().filter(p -> gradients.get(p).dtype() != DType.F64).toList();
        if (!together.isEmpty()) {
            try (Tensor s = compute.call(OptimizerKernels.SQUARES_OF, (Object) together.stream().map(gradients::get).toArray(Tensor[]::new))) {
                float[] n = compute.floats(s);
                for (int i = 0; i < n.length; i++) {
                    own.put(together.get(i), take(together.get(i), trainables.of(together.get(i)).group(), compute.isDry() ? Double.NaN : n[i]));
                }
            }
        }
        trained.stream().filter(p -> gradients.get(p).dtype() == DType.F64).forEach(p -> own.put(p, measure(p, trainables.of(p).group(), gradients.get(p))));
        return own;
    }

    private double take(Parameter p, String group, double n) {
        squares.put(p.path(), n);
        sum += n;
        groups.merge(group, n, Double::sum);
        return Math.sqrt(n);
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
