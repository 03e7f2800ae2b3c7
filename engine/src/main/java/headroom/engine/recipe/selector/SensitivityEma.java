package headroom.engine.recipe.selector;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.FactorKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.State;
import headroom.engine.tape.Parameter;

/**
 * How much the loss leans on each element of a parameter, smoothed over steps: I = |w·g|, its mean Ī ← β₁Ī + (1−β₁)I and its spread Ū ← β₂Ū + (1−β₂)|I − Ī|. Eight bytes an
 * element, booked as OPTIMIZER. Source: AdaLoRA (2023).
 */
final class SensitivityEma implements AutoCloseable {
    private final String name;
    private final Tensor mean;
    private final Tensor spread;

    SensitivityEma(Compute c, Parameter p) {
        name = "selector." + p.path();
        DType wide = p.dtype() == DType.F64 ? DType.F64 : DType.F32;
        mean = c.zeros(Category.OPTIMIZER, name + ".mean", wide, p.shape());
        spread = c.zeros(Category.OPTIMIZER, name + ".spread", wide, p.shape());
    }

    void take(Compute c, Parameter p, Tensor gradient, double beta1, double beta2) {
        c.apply(FactorKernels.SENSITIVITY_INTO, mean, spread, p.data(), gradient, beta1, beta2);
    }

    /** Ī; borrowed. */
    Tensor mean() {
        return mean;
    }

    /** Ū; borrowed. */
    Tensor spread() {
        return spread;
    }

    void save(State.Writer w) {
        w.tensor(name + ".mean", mean);
        w.tensor(name + ".spread", spread);
    }

    void restore(Compute c, State.Reader r) {
        if (r.tensors().contains(name + ".mean")) {
            c.overwrite(mean, () -> r.data(name + ".mean"));
            c.overwrite(spread, () -> r.data(name + ".spread"));
        }
    }

    @Override
    public void close() {
        mean.close();
        spread.close();
    }
}
