package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.model.LadderPoint;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.Points;
import headroom.engine.model.SideNetwork;
import headroom.engine.model.WeightsFactory;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.WeightSource;
import java.util.List;
import java.util.stream.Stream;

/**
 * A narrow transformer beside the frozen one (LST, Sung et al. 2022): {@link SideNetwork}. Matrices start normal with the variance of a uniform ±1/√in, biases and gates at zero, so a
 * gate is ½; the blocks may start as a cut of the model's own ({@link PrunedStart}). Its output stands in place of the model's, so it does not start as the base model, and no dense model
 * says the same.
 */
public final class LadderAdapter implements Adapter {
    private final AddedParameters added;
    private final AddedParameters gates;
    private SideNetwork network;
    private SquaredGradients scores;
    private Runnable cut;

    private LadderAdapter(AddedParameters added, AddedParameters gates) {
        this.added = added;
        this.gates = gates;
    }

    static LadderAdapter attach(Compute c, Model model, AdapterChoice.LadderNetwork choice, DType dtype, long seed) {
        // gates in float32 whatever the model computes in: one number decides for a block
        LadderAdapter made = new LadderAdapter(new AddedParameters(c, dtype, seed), new AddedParameters(c, dtype == DType.F64 ? DType.F64 : DType.F32, seed));
        try {
            LadderPoint point = Points.matching(model, LadderPoint.class, List.of(SideNetwork.PATH)).getFirst();
            List<Integer> taps = choice.tapped(model.config().layers());
            made.network = point.attach(new Starts(made.added, made.gates), choice.reduction(), taps, choice.dropout());
            ModelConfig narrow = model.config().narrowed(choice.reduction(), taps.size());
            switch (choice.start()) {
                case RANDOM -> { }
                case PRUNED -> new PrunedStart(c, model, narrow, PrunedStart.Squares.ofWeights(c)).into(taps, made.added.all());
                case FISHER -> {
                    made.scores = new SquaredGradients(c, model);
                    made.cut = () -> new PrunedStart(c, model, narrow, made.scores::of).into(taps, made.added.all());
                }
            }
            return made;
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
    }

    /** What a narrow model asks for, booked as part of the adapter. */
    private record Starts(AddedParameters added, AddedParameters gates) implements WeightsFactory {
        @Override
        public Compute compute() {
            return added.compute();
        }

        @Override
        public Parameter parameter(String path, Parameter.Role role, Shape shape, Start start) {
            long[] dims = shape.dims();
            return role == Parameter.Role.GATE ? gates.zeros(path, role, dims) : start == Start.ONE ? added.constant(1, path, role, dims) : added.zeros(path, role, dims);
        }

        @Override
        public WeightSource matrix(String path, long out, long in) {
            return new DenseWeight(added.normal(1 / Math.sqrt(3.0 * in), path + ".weight", Parameter.Role.MATRIX, out, in));
        }
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.concat(added.all().stream(), gates.all().stream()).toList();
    }

    @Override
    public SquaredGradients scores() {
        return scores;
    }

    @Override
    public void begin() {
        cut.run();
        scores.close();
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
        gates.close();
        if (scores != null) {
            scores.close();
        }
        if (network != null) {
            network.close();
        }
    }
}
