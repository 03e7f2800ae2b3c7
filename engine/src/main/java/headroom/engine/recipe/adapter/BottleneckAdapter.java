package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.model.Points;
import headroom.engine.model.ValuePoint;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Activation;
import headroom.engine.tape.ops.Add;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.Linear;
import headroom.engine.tape.ops.Norms;
import headroom.engine.tape.ops.Scale;
import java.util.ArrayList;
import java.util.List;

/**
 * Small networks d → r → d on the stream: y + s·(φ(n·Wdᵀ + bd)·Wuᵀ + bu), n being y itself (in sequence, Houlsby 2019, Pfeiffer 2021) or what the module read whose output y
 * is (in parallel, He 2022), normalised first where that is wanted. On the second stream of a reversible pair the network stands alone, without y + (MEFT 2023). Wd starts normal
 * with deviation 0.02, Wu and the biases at zero, so the tuned model starts as the base model, unless Wu is to start at random too. Nothing of it fits into a matrix of the model.
 */
public final class BottleneckAdapter implements Adapter {
    private static final double DEVIATION = 0.02;
    private static final double NORM_EPS = 1e-5;

    private record Network(
            AdapterChoice.Bottleneck choice, boolean parallel, boolean residual, Parameter gain, Parameter shift, Parameter downWeight, Parameter downBias, Parameter upWeight, Parameter upBias)
            implements ValuePoint.Branch {
        static Network at(ValuePoint p, AdapterChoice.Bottleneck choice, AddedParameters added) {
            String path = p.path() + ".bottleneck";
            Parameter gain = choice.norm() ? added.constant(1, path + ".norm.weight", Parameter.Role.NORM, p.width()) : null;
            Parameter shift = choice.norm() ? added.zeros(path + ".norm.bias", Parameter.Role.BIAS, p.width()) : null;
            Parameter down = added.normal(DEVIATION, path + ".down.weight", Parameter.Role.MATRIX, choice.width(), p.width());
            Parameter downBias = added.zeros(path + ".down.bias", Parameter.Role.BIAS, choice.width());
            Parameter up = choice.start() == 0 ? added.zeros(path + ".up.weight", Parameter.Role.MATRIX, p.width(), choice.width())
                    : added.normal(choice.start(), path + ".up.weight", Parameter.Role.MATRIX, p.width(), choice.width());
            return new Network(choice, inParallel(choice, p), choice.residual() && p.kind() != ValuePoint.Kind.STREAM, gain, shift, down, downBias, up,
                    added.zeros(path + ".up.bias", Parameter.Role.BIAS, p.width()));
        }

        @Override
        public List<Parameter> parameters() {
            List<Parameter> all = new ArrayList<>(List.of(downWeight, downBias, upWeight, upBias));
            if (gain != null) {
                all.add(gain);
                all.add(shift);
            }
            return all;
        }

        @Override
        public boolean takesFactor() {
            return choice.parallel() || choice.residual();
        }

        @Override
        public boolean readsInput() {
            return parallel;
        }

        @Override
        public Value apply(Pass pass, Value y, Value x) {
            if (parallel) {
                return pass.apply(new Add(), y, network(pass, x).last());
            }
            boolean last = y.takeLast();
            if (!residual) {
                return network(pass, last ? y.last() : y);
            }
            Value change = network(pass, y);
            return pass.apply(new Add(), last ? y.last() : y, change.last());
        }

        /** s·up(φ(down(n))); n is read for the last time if it is marked so. */
        private Value network(Pass pass, Value n) {
            Value h = gain == null ? n : pass.apply(new Norms.Layer(gain, shift, NORM_EPS), n).last();
            h = pass.apply(new Linear(new DenseWeight(downWeight), downBias), h);
            h = pass.apply(new Activation(function()), h.last());
            h = pass.apply(new Linear(new DenseWeight(upWeight), upBias), h.last());
            double scale = choice.scale() * pass.adapters().factor();
            return scale == 1 ? h : pass.apply(new Scale(scale), h.last());
        }

        private Activation.Function function() {
            return switch (choice.activation()) {
                case RELU -> Activation.Function.RELU;
                case GELU -> Activation.Function.GELU;
                case SWISH -> Activation.Function.SILU;
                case TANH -> Activation.Function.TANH;
            };
        }
    }

    private final AddedParameters added;

    private BottleneckAdapter(AddedParameters added) {
        this.added = added;
    }

    static BottleneckAdapter attach(Compute c, Model model, AdapterChoice.Bottleneck choice, DType dtype, long seed) {
        AddedParameters added = new AddedParameters(c, dtype, seed);
        try {
            List<ValuePoint> points = Points.matching(model, ValuePoint.class, choice.points());
            for (ValuePoint p : points) {
                if (inParallel(choice, p) && p.kind() != ValuePoint.Kind.SUBLAYER_OUT && p.kind() != ValuePoint.Kind.SITE) {
                    throw new IllegalArgumentException("a parallel Bottleneck reads what a module read, and " + p.path() + " is the output of none; choose points such as mlp or attention, "
                            + "or the sequential form");
                }
                if (inParallel(choice, p) && p.kind() == ValuePoint.Kind.SITE) {
                    requireSquare(model, p);
                }
            }
            List<Network> networks = points.stream().map(p -> Network.at(p, choice, added)).toList();
            for (int i = 0; i < points.size(); i++) {
                points.get(i).attach(networks.get(i));
            }
            return new BottleneckAdapter(added);
        } catch (RuntimeException e) {
            added.close();
            throw e;
        }
    }

    /** True if the network at a point reads what the module there read. */
    private static boolean inParallel(AdapterChoice.Bottleneck choice, ValuePoint p) {
        return choice.parallel() && p.kind() != ValuePoint.Kind.STREAM && choice.behind().stream().noneMatch(pattern -> Points.matches(pattern, p.path()));
    }

    private static void requireSquare(Model model, ValuePoint p) {
        for (LinearSite s : model.sites()) {
            if (s.point() == p && s.in() != s.out()) {
                throw new IllegalArgumentException("a parallel Bottleneck as wide as its point cannot read the input of " + p.path() + ", " + s.in() + " wide where the output is " + s.out()
                        + "; choose mlp or attention");
            }
        }
    }

    @Override
    public List<Parameter> parameters() {
        return added.all();
    }

    @Override
    public boolean merges() {
        return false;
    }

    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        return weight;
    }

    @Override
    public void close() {
        added.close();
    }
}
