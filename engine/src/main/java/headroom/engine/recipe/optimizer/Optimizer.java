package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.State;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.WeightGradient;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;

/**
 * The optimizer slot at work. As the tape's sink it adds gradients up, or steps a parameter the moment its gradient is complete; at the boundary it clips and steps. What a rule
 * does with one gradient is the {@link UpdateRule}'s, how state is coded the {@link Codec}'s, where it lies the {@link StateTier}'s.
 */
public final class Optimizer implements GradientSink, State.Holder, AutoCloseable {
    private final Compute compute;
    private final OptimizerChoice choice;
    private final UpdateRule rule;
    private final Codec codec;
    private final StateTier tier;
    private final Clipping clipping;
    private final long firstStep;
    private final long totalSteps;
    private LongUnaryOperator place = LongUnaryOperator.identity();
    private final List<GradientObserver> observers = new ArrayList<>();
    private final Map<Parameter, Tensor> gradients = new LinkedHashMap<>();
    private final States states;
    private Trainables trainables = Trainables.none();
    private long runStep;
    private double rate;
    private boolean lastMicroBatch;
    private boolean measuring;
    private double measured = Double.NaN;

    /** An optimizer whose schedule runs over a whole run. */
    public Optimizer(Compute compute, OptimizerChoice choice, Predicate<Parameter> projected, long totalSteps, long seed) {
        this(compute, choice, projected, 0, totalSteps, seed);
    }

    /**
     * @param projected which parameters a subspace applies to
     * @param firstStep of the run at which the schedule begins
     * @param totalSteps that the schedule runs over
     * @param seed of the run
     */
    public Optimizer(Compute compute, OptimizerChoice choice, Predicate<Parameter> projected, long firstStep, long totalSteps, long seed) {
        this.compute = compute;
        this.choice = choice;
        this.firstStep = firstStep;
        this.totalSteps = totalSteps;
        this.rule = UpdateRule.of(choice, projected, seed);
        this.codec = new Codec(compute, choice.state());
        this.tier = new StateTier(compute, choice.residence(), choice.master());
        this.clipping = new Clipping(compute);
        this.states = new States(compute, codec);
    }

    /** Lets several steps of a run share a place in the schedule, e.g. those of clients that work at the same time. */
    public void paced(LongUnaryOperator placeOfStep) {
        place = placeOfStep;
    }

    /** Starts a step: what trains now, and at which rate. State of what left is dropped here, before anything new is allocated, if the recipe says so. */
    public void begin(long step, Trainables now) {
        runStep = step;
        rate = choice.schedule().at(place.applyAsLong(step) - firstStep, totalSteps);
        measured = Double.NaN;
        clipping.begin();
        follow(now);
        switch (choice.lifecycle()) {
            case OptimizerChoice.Keep _, OptimizerChoice.RemapSupport _ -> { }
            case OptimizerChoice.DropOnFreeze d -> resetAt(d.resetEvery(), p -> true);
            case OptimizerChoice.ResetState r -> resetAt(r.every(), p -> resets(r, p));
        }
    }

    /**
     * State follows what trains: of a parameter that left it is freed if the recipe says so, of one whose elements changed it moves with those that stay
     * ({@link OptimizerChoice.RemapSupport}) or starts again.
     */
    public void follow(Trainables now) {
        if (now != trainables) {
            states.follow(now, choice.lifecycle());
        }
        trainables = now;
    }

    /** Takes up what trained when a checkpoint was written, before its state is restored: the state belongs to those elements. */
    public void adopt(Trainables then) {
        trainables = then;
    }

    /** Takes over the state of another optimizer of the same rule and state codec. */
    public void takeOver(Optimizer before) {
        states.takeOver(before.states);
        trainables = before.trainables;
    }

    private void resetAt(int every, Predicate<Parameter> which) {
        if (every > 0 && runStep > 0 && runStep % every == 0) {
            reset(which);
        }
    }

    private boolean resets(OptimizerChoice.ResetState r, Parameter p) {
        return r.groups().isEmpty() || trainables.trains(p) && r.groups().contains(trainables.of(p).group());
    }

    /** Says whether the micro-batch that comes is the last one of the step: only then is a gradient complete. */
    public void microBatch(boolean last) {
        lastMicroBatch = last;
    }

    /** True if a backward pass has to find the norm of all gradients before the one that steps. */
    public boolean wantsNormFirst() {
        return choice.inBackward() && choice.clip() instanceof OptimizerChoice.Clip.Global g && g.normPass();
    }

    /** Between these, complete gradients are measured and freed, and nothing is stepped. */
    public void measuring(boolean on) {
        measuring = on;
        if (!on) {
            measured = clipping.norm();
            clipping.begin();
        }
    }

    @Override
    public void accept(Parameter p, WeightGradient gradient) {
        Tensor sum = gradients.get(p);
        Support support = trainables.supportOf(p);
        if (sum != null) {
            gradient.addAt(compute, support, sum);
            return;
        }
        // booked as what it is from its first byte, so that a peak within the kernel is told right
        Category before = compute.making(Category.GRADIENTS);
        try {
            Tensor g = gradient.at(compute, support);
            if (!g.isExclusive()) {
                try (Tensor shared = g) {
                    g = compute.call(CoreKernels.COPY, shared);
                }
            }
            gradients.put(p, g.book(Category.GRADIENTS, p.path()));
        } finally {
            compute.making(before);
        }
    }

    @Override
    public void complete(Parameter p) {
        if (!choice.inBackward() || !lastMicroBatch) {
            return;
        }
        try (Tensor g = gradients.remove(p)) {
            if (g != null) {
                double own = complete(p, g);
                if (trainables.trains(p) && !measuring) {
                    step(p, g, own, wantsNormFirst() ? measured : own);
                    observers.forEach(o -> o.afterStep(p, g));
                }
            }
        }
    }

    /** Ends a step: clips by the global norm and steps what has a gradient. Returns the norm before clipping; NaN on a dry machine. */
    public double boundary() {
        if (!gradients.isEmpty()) {
            compute.ledger().during("gradient norm", "");
            gradients.forEach(this::show);
            Map<Parameter, Double> own = clipping.measure(gradients, trainables);
            for (Parameter p : new ArrayList<>(gradients.keySet())) {
                try (Tensor g = gradients.remove(p)) {
                    if (trainables.trains(p)) {
                        step(p, g, own.get(p), together(p));
                        observers.forEach(o -> o.afterStep(p, g));
                    }
                }
            }
        }
        observers.forEach(o -> o.boundary(runStep));
        return clipping.norm();
    }

    /** Norm of the gradients that are clipped together with that of a parameter. */
    private double together(Parameter p) {
        return clip(p) instanceof OptimizerChoice.Clip.PerGroup ? clipping.norm(trainables.of(p).group()) : clipping.norm();
    }

    /** A gradient is complete: whoever observes sees it, and its norm counts if it will be stepped. Returns its norm. */
    private double complete(Parameter p, Tensor g) {
        show(p, g);
        return trainables.trains(p) ? clipping.measure(p, trainables.of(p).group(), g) : Double.NaN;
    }

    private void show(Parameter p, Tensor g) {
        if (!measuring) {
            observers.forEach(o -> o.beforeStep(p, g));
        }
    }

    /** Shows gradients to an observer from now on, to several in the order in which they came. */
    public void observe(GradientObserver observer) {
        observers.add(observer);
    }

    /** Squared gradient norm of each parameter in the last step, by path; empty where no gradient exists. */
    public Map<String, Double> squares() {
        return clipping.squares();
    }

    private OptimizerChoice.Group group(Parameter p) {
        return choice.groups().getOrDefault(trainables.of(p).group(), OptimizerChoice.Group.PLAIN);
    }

    private OptimizerChoice.Clip clip(Parameter p) {
        OptimizerChoice.Clip own = group(p).clip();
        return own == null ? choice.clip() : own;
    }

    private double decay(Parameter p, OptimizerChoice.Group group) {
        return p.decays() && group.decay() ? choice.rule().decay() : 0;
    }

    /** The rate of a parameter: the schedule's, its group's factor, and what a reset takes from it for a while. */
    private double rate(Parameter p, OptimizerChoice.Group group) {
        double factor = group.rate();
        if (choice.lifecycle() instanceof OptimizerChoice.ResetState r && runStep >= r.every() && resets(r, p)) {
            factor *= Math.min(1, (runStep % r.every() + 1.0) / Math.max(1, r.rewarm()));
        }
        return rate * factor;
    }

    private void step(Parameter p, Tensor g, double own, double all) {
        String before = compute.within(p.path());
        compute.ledger().during("optimizer step", p.path());
        OptimizerChoice.Group group = group(p);
        clipping.apply(clip(p), g, own, all);
        Support support = trainables.supportOf(p);
        ParameterState s = states.of(p, support, runStep);
        s.tick(runStep);
        try (Tensor values = support.read(compute, p.data())) {
            // a rule sees a parameter that is just the elements that train
            Parameter stepped = support.isAll() ? p : new Parameter(p.path(), p.role(), values);
            tier.step(stepped, s, g, (weight, gradient, rounded) -> {
                boolean writes = rounded != null && group.floor() == null && rule.rounds() && codec.isPlain();
                rule.step(new UpdateRule.Update(compute, codec, stepped, s, weight, gradient, rate(p, group), decay(p, group), writes ? rounded : null));
                if (group.floor() != null) {
                    compute.apply(OptimizerKernels.FLOOR_INTO, weight, group.floor());
                }
                return writes;
            });
            if (!support.isView()) {
                support.write(compute, p.data(), values);
            }
        }
        compute.within(before);
    }

    /** Moves every trained parameter along a keyed direction instead of a gradient: w ← w − η·(scalar·z + λ·w). No gradient tensor exists, and no state. */
    public void move(Direction direction, double scalar) {
        move(direction, scalar, trainables.parameters());
    }

    /** The same for some of what trains. */
    public void move(Direction direction, double scalar, Collection<Parameter> some) {
        for (Parameter p : some) {
            compute.ledger().during("optimizer step", p.path());
            OptimizerChoice.Group group = group(p);
            double eta = rate(p, group);
            Support support = trainables.supportOf(p);
            if (support instanceof Support.Below) {
                direction.addTo(compute, p, support, -eta * scalar);
                continue;
            }
            // a step along several directions decays once, with the first
            double decay = direction.index() == 0 ? decay(p, group) : 0;
            direction.addTo(compute, p, support, 1 - eta * decay, -eta * scalar, group.floor());
        }
    }

    /** Rate of the step that is under way. */
    public double rate() {
        return rate;
    }

    /** Starts state again: moments become zeros, clocks begin at one, master copies stay. */
    public void reset(Predicate<Parameter> which) {
        states.reset(which, runStep);
    }

    /** Frees the state of a parameter; its clock starts again when it comes back. */
    public void drop(Parameter p) {
        states.drop(p);
    }

    /** Brings the state of a parameter to a tier. The next step brings it back to where the recipe wants it. */
    public void moveState(Parameter p, Tier to) {
        states.move(p, to);
    }

    /**
     * State follows a cut: of the first axis only these rows stay, in this order.
     *
     * @param kept [m] I64
     * @throws IllegalStateException if state is coded in blocks or factored
     */
    public void sliceState(Parameter p, Tensor kept) {
        states.slice(p, kept);
    }

    /** True if there is state of the parameter. */
    public boolean holds(Parameter p) {
        return states.holds(p);
    }

    @Override
    public void save(State.Writer w) {
        states.save(w);
    }

    @Override
    public void restore(State.Reader r, Collection<Parameter> parameters) {
        for (Parameter p : parameters) {
            Support support = trainables.supportOf(p);
            Tier before = compute.in(tier.of(support.elements(p.shape())));
            try {
                states.restore(r, p, support);
            } finally {
                compute.in(before);
            }
        }
    }

    @Override
    public void close() {
        gradients.values().forEach(Tensor::close);
        gradients.clear();
        states.close();
        codec.close();
    }
}
