package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.State;
import headroom.engine.tape.Parameter;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * AdamW: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w(1−ηλ) − η·m̂/(√v̂ + ε), each parameter by its own clock. For matrices in a low-rank subspace m and v belong to the
 * projected gradient (GaLore). A bf16 weight is stepped through its float32 master copy unless the state is bf16 too.
 */
final class AdamWRule implements UpdateRule {
    private final Compute compute;
    private final OptimizerChoice.AdamW choice;
    private final OptimizerChoice.Subspace subspace;
    private final Predicate<Parameter> projected;
    private final Map<Parameter, Moments> states = new IdentityHashMap<>();
    private long runStep;

    private static final class Moments {
        long clock;
        Tensor m;
        Tensor v;
        Tensor master;
        LowRankBasis basis;

        void close() {
            for (Tensor t : new Tensor[] {m, v, master}) {
                if (t != null) {
                    t.close();
                }
            }
            if (basis != null) {
                basis.close();
            }
        }
    }

    AdamWRule(Compute compute, OptimizerChoice.AdamW choice, OptimizerChoice.Subspace subspace, Predicate<Parameter> projected) {
        this.compute = compute;
        this.choice = choice;
        this.subspace = subspace;
        this.projected = projected;
    }

    private DType stateType(Parameter p) {
        if (choice.state() == OptimizerChoice.StateType.BF16) {
            return DType.BF16;
        }
        return p.dtype() == DType.F64 ? DType.F64 : DType.F32;
    }

    private Tensor zeros(Parameter p, String what, Shape shape) {
        return compute.zeros(Category.OPTIMIZER, p.path() + "." + what, stateType(p), shape);
    }

    /** The rank in which a parameter's moments live, or 0 for the full space: vectors, and matrices that the rank would not make smaller. */
    private int rankOf(Parameter p) {
        return subspace instanceof OptimizerChoice.LowRank l && projected.test(p) && l.rank() < Math.min(p.shape().dim(0), p.shape().dim(1)) ? l.rank() : 0;
    }

    @Override
    public void begin(long step) {
        runStep = step;
    }

    @Override
    public void step(Parameter p, Tensor g, double rate) {
        Moments s = states.computeIfAbsent(p, k -> new Moments());
        if (p.dtype() == DType.BF16 && choice.state() == OptimizerChoice.StateType.F32 && s.master == null) {
            s.master = compute.call(CoreKernels.CAST, p.data(), (long) DType.F32.torchCode()).book(Category.OPTIMIZER, p.path() + ".master");
        }
        double decay = p.decays() ? choice.decay() : 0;
        // a rehearsal leaves out the steps that book the same: its clocks follow the run, or a renewal of a basis would never come
        s.clock = compute.isDry() ? runStep + 1 : s.clock + 1;
        if (rankOf(p) > 0) {
            stepProjected(p, s, g, rate, decay, (OptimizerChoice.LowRank) subspace);
        } else {
            stepFull(p, s, g, rate, decay);
        }
    }

    private void stepFull(Parameter p, Moments s, Tensor g, double rate, double decay) {
        if (s.m == null) {
            s.m = zeros(p, "m", p.shape());
            s.v = zeros(p, "v", p.shape());
        }
        double c1 = 1 - Math.pow(choice.beta1(), s.clock);
        double c2 = 1 - Math.pow(choice.beta2(), s.clock);
        double eps = choice.epsilonBeforeCorrection() ? choice.epsilon() / Math.sqrt(c2) : choice.epsilon();
        if (s.master != null) {
            compute.apply(OptimizerKernels.ADAMW_MASTER, p.data(), s.master, g, s.m, s.v, rate, choice.beta1(), choice.beta2(), eps, decay, c1, c2);
        } else {
            compute.apply(OptimizerKernels.ADAMW, p.data(), g, s.m, s.v, rate, choice.beta1(), choice.beta2(), eps, decay, c1, c2);
        }
    }

    private void stepProjected(Parameter p, Moments s, Tensor g, double rate, double decay, OptimizerChoice.LowRank low) {
        if ((s.clock - 1) % low.refresh() == 0) {
            if (s.basis != null) {
                s.basis.close();
                s.basis = null;
            }
            s.basis = LowRankBasis.leading(compute, p, g, low.rank(), choice.state() == OptimizerChoice.StateType.BF16);
        }
        double c1 = 1 - Math.pow(choice.beta1(), s.clock);
        double c2 = 1 - Math.pow(choice.beta2(), s.clock);
        double eps = choice.epsilonBeforeCorrection() ? choice.epsilon() : choice.epsilon() * Math.sqrt(c2);
        try (Tensor projected = s.basis.project(compute, g); Tensor r = inStateType(p, projected)) {
            if (s.m == null) {
                s.m = zeros(p, "m", r.shape());
                s.v = zeros(p, "v", r.shape());
            }
            try (Tensor n = compute.call(OptimizerKernels.ADAM_DIRECTION, r, s.m, s.v, choice.beta1(), choice.beta2(), eps)) {
                double eta = -rate * Math.sqrt(c2) / c1 * low.scale();
                Tensor w = s.master != null ? s.master : p.data();
                s.basis.addBack(compute, w, n, eta, rate * decay);
                if (s.master != null) {
                    compute.apply(CoreKernels.COPY_INTO, p.data(), s.master);
                }
            }
        }
    }

    private Tensor inStateType(Parameter p, Tensor r) {
        return r.dtype() == stateType(p) ? r.retain() : compute.call(CoreKernels.CAST, r, (long) stateType(p).torchCode());
    }

    @Override
    public void move(Parameter p, Direction direction, double scalar, double rate) {
        throw new IllegalArgumentException("AdamW steps along gradients; an estimated direction takes Sgd");
    }

    @Override
    public boolean holds(Parameter p) {
        return states.containsKey(p);
    }

    @Override
    public void drop(Parameter p) {
        Moments s = states.remove(p);
        if (s != null) {
            s.close();
        }
    }

    @Override
    public void save(State.Writer w) {
        states.forEach((p, s) -> {
            String at = "optimizer." + p.path();
            w.number(at + ".clock", s.clock);
            w.tensor(at + ".m", s.m);
            w.tensor(at + ".v", s.v);
            if (s.master != null) {
                w.tensor(at + ".master", s.master);
            }
            if (s.basis != null) {
                s.basis.save(w, at);
            }
        });
    }

    @Override
    public void restore(State.Reader r, Collection<Parameter> parameters) {
        for (Parameter p : parameters) {
            String at = "optimizer." + p.path();
            if (r.tensors().contains(at + ".m")) {
                Moments s = new Moments();
                states.put(p, s);
                s.clock = r.number(at + ".clock");
                s.m = load(r, at + ".m", p.path() + ".m");
                s.v = load(r, at + ".v", p.path() + ".v");
                if (r.tensors().contains(at + ".master")) {
                    s.master = load(r, at + ".master", p.path() + ".master");
                }
                if (r.tensors().contains(at + ".basis")) {
                    s.basis = LowRankBasis.restore(load(r, at + ".basis", p.path() + ".basis"), r, at);
                }
            }
        }
    }

    private Tensor load(State.Reader r, String name, String owner) {
        return compute.upload(Category.OPTIMIZER, owner, r.dtype(name), r.shape(name), () -> r.data(name));
    }

    @Override
    public void close() {
        states.values().forEach(Moments::close);
        states.clear();
    }
}
