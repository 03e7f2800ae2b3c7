package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.recipe.OptimizerChoice;
import java.util.ArrayList;
import java.util.List;

/**
 * Adafactor: β̂ = 1 − t⁻ᵖ, v̂ = R Cᵀ / mean(R), u = g/√v̂ held to an RMS of the limit, w ← w − α·u with α = η·max(ε₂, RMS(w)). Of a matrix only its row and column means are
 * kept, always in float32; of a vector the whole v.
 */
record AdafactorRule(OptimizerChoice.Adafactor choice) implements UpdateRule {
    @Override
    public void step(Update u) {
        Shape s = u.shape();
        Tensor[] factors = s.rank() == 2
                ? new Tensor[] {u.state().exact("r", Shape.of(s.dim(0))), u.state().exact("c", Shape.of(s.dim(1)))}
                : new Tensor[] {u.state().exact("v", s)};
        List<Tensor> momentum = new ArrayList<>();
        if (choice.beta1() > 0) {
            if (!(u.moment("m") instanceof Slot.Dense d)) {
                throw new IllegalStateException("Adafactor's moment of " + u.parameter().path() + " in 8-bit codes; use Float32State or Bf16State");
            }
            momentum.add(d.tensor());
        }
        double rate = choice.relativeStep() ? Math.min(u.rate(), 1 / Math.sqrt(u.clock())) : u.rate();
        double beta = 1 - Math.pow(u.clock(), -choice.power());
        u.compute().apply(OptimizerKernels.ADAFACTOR, u.weight(), u.gradient(), factors, momentum.toArray(Tensor[]::new), beta, OptimizerChoice.Adafactor.EPSILON1, choice.limit(), rate,
                OptimizerChoice.Adafactor.EPSILON2, choice.scaled(), u.decay(), choice.beta1());
    }

    @Override
    public List<String> moments() {
        return List.of("r", "c", "v", "m");
    }
}
