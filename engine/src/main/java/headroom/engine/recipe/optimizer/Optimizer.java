package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.State;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.WeightGradient;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The optimizer slot at work. As the tape's sink it adds gradients up, or steps a parameter the moment its gradient is complete; at the boundary it clips and steps.
 * What a rule does with one gradient is the {@link UpdateRule}'s.
 */
public final class Optimizer implements GradientSink, State.Holder, AutoCloseable {
    private final Compute compute;
    private final OptimizerChoice choice;
    private final UpdateRule rule;
    private final long totalSteps;
    private final Map<Parameter, Tensor> gradients = new LinkedHashMap<>();
    private final Map<Parameter, Boolean> known = new IdentityHashMap<>();
    private Trainables trainables = Trainables.none();
    private double rate;
    private boolean lastMicroBatch;
    private double squares;
    private final Map<String, Double> squaresByPath = new LinkedHashMap<>();

    /** @param projected which parameters a subspace applies to */
    public Optimizer(Compute compute, OptimizerChoice choice, Predicate<Parameter> projected, long totalSteps) {
        this.compute = compute;
        this.choice = choice;
        this.totalSteps = totalSteps;
        this.rule = switch (choice.rule()) {
            case OptimizerChoice.AdamW a -> new AdamWRule(compute, a, choice.subspace(), projected);
            case OptimizerChoice.Sgd s -> new SgdRule(compute, s);
        };
    }

    /** Starts a step: what trains now, and at which rate. State of what left is dropped here, before anything new is allocated, if the recipe says so. */
    public void begin(long step, Trainables now) {
        rate = choice.schedule().at(step, totalSteps);
        squares = 0;
        squaresByPath.clear();
        if (now != trainables && choice.dropOnFreeze()) {
            for (Parameter p : List.copyOf(known.keySet())) {
                if (!now.trains(p)) {
                    rule.drop(p);
                    known.remove(p);
                }
            }
        }
        trainables = now;
        rule.begin(step);
    }

    /** Says whether the micro-batch that comes is the last one of the step: only then is a gradient complete. */
    public void microBatch(boolean last) {
        lastMicroBatch = last;
    }

    @Override
    public void accept(Parameter p, WeightGradient gradient) {
        Tensor sum = gradients.get(p);
        if (sum != null) {
            gradient.addTo(compute, sum);
            return;
        }
        // booked as what it is from its first byte, so that a peak within the kernel is told right
        Category before = compute.making(Category.GRADIENTS);
        try {
            Tensor g = gradient.dense(compute);
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
        if (choice.inBackward() && lastMicroBatch) {
            Tensor g = gradients.remove(p);
            if (g != null && trainables.trains(p)) {
                double norm2 = squaresOf(p, g);
                squares += norm2;
                clip(g, Math.sqrt(norm2));
                step(p, g);
            }
            if (g != null) {
                g.close();
            }
        }
    }

    /** Ends a step: clips by the global norm and steps what has a gradient. Returns the norm before clipping; NaN on a dry machine. */
    public double boundary() {
        if (gradients.isEmpty()) {
            return Math.sqrt(squares);
        }
        compute.ledger().during("gradient norm", "");
        for (Map.Entry<Parameter, Tensor> e : gradients.entrySet()) {
            squares += squaresOf(e.getKey(), e.getValue());
        }
        double norm = Math.sqrt(squares);
        for (Parameter p : new ArrayList<>(gradients.keySet())) {
            try (Tensor g = gradients.remove(p)) {
                if (trainables.trains(p)) {
                    clip(g, norm);
                    step(p, g);
                }
            }
        }
        return norm;
    }

    private double squaresOf(Parameter p, Tensor g) {
        try (Tensor s = compute.call(OptimizerKernels.SUM_SQUARES, g)) {
            double n = compute.item(s);
            squaresByPath.put(p.path(), n);
            return n;
        }
    }

    /** Squared gradient norm of each parameter in the last step, by path; empty where no gradient exists. */
    public Map<String, Double> squares() {
        return Map.copyOf(squaresByPath);
    }

    private void clip(Tensor g, double norm) {
        if (choice.clip() > 0 && norm > choice.clip()) {
            compute.apply(ElementwiseKernels.SCALE_INTO, g, choice.clip() / norm);
        }
    }

    private void step(Parameter p, Tensor g) {
        String before = compute.within(p.path());
        compute.ledger().during("optimizer step", p.path());
        known.put(p, true);
        rule.step(p, g, rate);
        compute.within(before);
    }

    /** Moves every trained parameter along a keyed direction instead of a gradient: w ← w − η·(scalar·z + λ·w). No gradient tensor exists. */
    public void move(Direction direction, double scalar) {
        for (Parameter p : trainables.parameters()) {
            compute.ledger().during("optimizer step", p.path());
            rule.move(p, direction, scalar, rate);
        }
    }

    /** Rate of the step that is under way. */
    public double rate() {
        return rate;
    }

    @Override
    public void save(State.Writer w) {
        rule.save(w);
    }

    @Override
    public void restore(State.Reader r, Collection<Parameter> parameters) {
        rule.restore(r, parameters);
        for (Parameter p : parameters) {
            if (rule.holds(p)) {
                known.put(p, true);
            }
        }
    }

    @Override
    public void close() {
        gradients.values().forEach(Tensor::close);
        gradients.clear();
        rule.close();
    }
}
