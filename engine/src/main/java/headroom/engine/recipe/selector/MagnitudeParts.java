package headroom.engine.recipe.selector;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.Decisions;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.WeightGradient;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** Parts of each matrix by the magnitude of its weights or gradients at the start, chosen once. Among equal magnitudes the lower position is chosen, so the choice can be repeated. */
final class MagnitudeParts extends Parts {
    /** Share that a plan assumes to lie below a threshold before a run has counted. */
    private static final double ASSUMED = 0.1;

    private final SelectorChoice.MagnitudeSupport choice;
    private final Decisions decisions;
    /** Sums of gradients, until the choice is made. */
    private final Map<Parameter, Tensor> scores = new LinkedHashMap<>();

    MagnitudeParts(Compute compute, SelectorChoice.MagnitudeSupport choice, List<Parameter> matrices, Collection<Parameter> always, Decisions decisions) {
        super(compute, matrices, always);
        this.choice = choice;
        this.decisions = decisions;
    }

    @Override
    long interval(long step) {
        return 0;
    }

    @Override
    Support choose(Parameter p, long interval) {
        if (choice.by() == SelectorChoice.MagnitudeSupport.Score.WEIGHT) {
            return choose(p, p.data());
        }
        try (Tensor sum = scores.remove(p)) {
            if (sum == null) {
                throw new IllegalStateException("the gradients of " + p.path() + " were not measured before they were asked for");
            }
            return choose(p, sum);
        }
    }

    @Override
    public Set<Parameter> measured() {
        return choice.by() == SelectorChoice.MagnitudeSupport.Score.GRADIENT ? new LinkedHashSet<>(matrices) : Set.of();
    }

    @Override
    public GradientSink measure() {
        return new GradientSink() {
            @Override
            public void accept(Parameter p, WeightGradient gradient) {
                Tensor sum = scores.computeIfAbsent(p, k -> compute.zeros(Category.GRADIENTS, "measure." + k.path(), k.dtype() == DType.F64 ? DType.F64 : DType.F32, k.shape()));
                gradient.addTo(compute, sum);
            }

            @Override
            public void complete(Parameter p) {
                // the sum goes on over the batches
            }
        };
    }

    @Override
    void forgetMeasures() {
        scores.values().forEach(Tensor::close);
        scores.clear();
    }

    private Support choose(Parameter p, Tensor w) {
        long n = p.elements();
        return switch (choice.pick()) {
            case TOP_PER_ROW -> of(booked(p, compute.call(SupportKernels.EXTREME_PICKS, w, choice.amount().among(p.shape().dim(1)), true)));
            case SMALLEST -> extreme(p, w, choice.amount().among(n), kth(w, choice.amount().among(n)), false);
            case LARGEST -> extreme(p, w, choice.amount().among(n), kth(w, n - choice.amount().among(n) + 1), true);
            case BELOW -> below(p);
            case LARGEST_COLUMNS -> columns(p, w);
            case PREDICATE -> new Support.Below(kth(w, choice.amount().among(n)), choice.amount().among(n));
        };
    }

    private double kth(Tensor w, long k) {
        try (Tensor theta = compute.call(SupportKernels.KTH_MAGNITUDE, w, k)) {
            return compute.item(theta);
        }
    }

    private Support extreme(Parameter p, Tensor w, long k, double theta, boolean largest) {
        return of(booked(p, compute.call(SupportKernels.EXTREME_ENTRIES, w, theta, k, largest)));
    }

    private Support below(Parameter p) {
        long k = size(p, () -> {
            try (Tensor count = compute.call(SupportKernels.COUNT_SMALL, p.data(), choice.threshold())) {
                return (long) compute.item(count);
            }
        });
        if (k == 0) {
            throw new IllegalArgumentException("no weight of " + p.path() + " has a magnitude of at most " + choice.threshold() + "; raise the threshold, or choose a share");
        }
        return extreme(p, p.data(), k, choice.threshold(), false);
    }

    private long size(Parameter p, LongSupplier measured) {
        return decisions.size(compute, "selector." + p.path(), measured, Math.max(1, Math.round(ASSUMED * p.elements())),
                "weights of magnitude at most " + choice.threshold() + " in " + p.path());
    }

    @Override
    void restored(Parameter p, long ids) {
        if (choice.pick() == SelectorChoice.MagnitudeSupport.Pick.BELOW) {
            size(p, () -> ids);
        }
    }

    private Support columns(Parameter p, Tensor w) {
        int in = (int) p.shape().dim(1);
        int k = (int) choice.amount().among(in);
        try (Tensor squares = compute.call(SupportKernels.COLUMN_SQUARES, w)) {
            return new Support.Columns(ids(p, Shape.of(k), () -> {
                float[] norms = compute.floats(squares);
                return IntStream.range(0, in).boxed().sorted((a, b) -> Float.compare(norms[b], norms[a])).limit(k).mapToInt(i -> i).sorted().toArray();
            }));
        }
    }

    @Override
    Support of(Tensor ids) {
        return switch (choice.pick()) {
            case TOP_PER_ROW -> new Support.PerRow(ids);
            case LARGEST_COLUMNS -> new Support.Columns(ids);
            case SMALLEST, LARGEST, BELOW -> new Support.Entries(ids);
            case PREDICATE -> throw new IllegalStateException("a predicate has no list of ids");
        };
    }
}
