package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.memory.Tier;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.tape.Parameter;

/**
 * The residence at work: brings weight, gradient and state together for a step. On the device nothing moves. Offloaded state stays on the host: the gradient comes down, the step
 * happens there, the weight goes up. Paged state visits the device. What moves is booked in both tiers while it does.
 *
 * @param master true steps bf16 weights through a float32 copy, which lives with the state
 */
record StateTier(Compute compute, OptimizerChoice.Residence choice, boolean master) {
    /** A step on a weight and a gradient that lie where the state lies. */
    @FunctionalInterface
    interface Step {
        /**
         * @param rounded where the stepped weight has to be written as well, in the type of that; null for nowhere
         * @return true if the step has done so
         */
        boolean on(Tensor weight, Tensor gradient, Tensor rounded);
    }

    /** Where state of so many elements lies between steps. */
    Tier of(long elements) {
        return choice instanceof OptimizerChoice.HostState h && elements >= h.from() ? Tier.HOST : Tier.DEVICE;
    }

    void step(Parameter p, ParameterState s, Tensor gradient, Step step) {
        if (of(p.elements()) == Tier.DEVICE) {
            s.move(Tier.DEVICE);
            through(p, s, gradient, step);
        } else if (((OptimizerChoice.HostState) choice).paged()) {
            s.move(Tier.DEVICE);
            through(p, s, gradient, step);
            s.move(Tier.HOST);
        } else {
            s.move(Tier.HOST);
            Tier before = compute.in(Tier.HOST);
            try (Tensor g = compute.copyTo(Tier.HOST, gradient)) {
                through(p, s, g, step);
            } finally {
                compute.in(before);
            }
        }
    }

    /** Steps the weight, or its master copy and then rounds that into the weight. */
    private void through(Parameter p, ParameterState s, Tensor g, Step step) {
        if (!master || p.dtype() != DType.BF16) {
            try (Tensor w = here(p)) {
                step.on(w, g, null);
                if (w != p.data()) {
                    compute.apply(CoreKernels.COPY_INTO, p.data(), w);
                }
            }
            return;
        }
        if (s.kept(ParameterState.MASTER) == null) {
            try (Tensor w = here(p)) {
                s.keep(ParameterState.MASTER, compute.call(CoreKernels.CAST, w, (long) DType.F32.torchCode()));
            }
        }
        Tensor copy = s.kept(ParameterState.MASTER);
        if (!step.on(copy, g, compute.tier() == Tier.DEVICE ? p.data() : null)) {
            compute.apply(CoreKernels.COPY_INTO, p.data(), copy);
        }
    }

    /** The weight in the tier that computes; closed by the caller. */
    private Tensor here(Parameter p) {
        return compute.tier() == Tier.DEVICE ? p.data().retain() : compute.copyTo(compute.tier(), p.data());
    }
}
