package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.GateKernels;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.model.Points;
import headroom.engine.model.ValuePoint;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Gate;
import java.util.List;

/** Vectors that scale activations, starting at 1, so that the tuned model starts as the base model ("(IA)³", 2022). */
public final class GateAdapter implements Adapter {
    private record At(ValuePoint point, Parameter vector) implements ValuePoint.Branch {
        @Override
        public List<Parameter> parameters() {
            return List.of(vector);
        }

        @Override
        public boolean readsInput() {
            return false;
        }

        @Override
        public Value apply(Pass pass, Value y, Value x) {
            return pass.apply(new Gate(vector), y);
        }
    }

    private final AddedParameters added;
    private final List<At> gates;

    private GateAdapter(AddedParameters added, List<At> gates) {
        this.added = added;
        this.gates = gates;
    }

    static GateAdapter attach(Compute c, Model model, AdapterChoice.ActivationGates choice, DType dtype, long seed) {
        AddedParameters added = new AddedParameters(c, dtype, seed);
        try {
            List<At> gates = Points.matching(model, ValuePoint.class, choice.points()).stream()
                    .map(p -> new At(p, added.constant(1, p.path() + ".gate", Parameter.Role.GATE, p.width()))).toList();
            gates.forEach(g -> g.point.attach(g));
            return new GateAdapter(added, gates);
        } catch (RuntimeException e) {
            added.close();
            throw e;
        }
    }

    @Override
    public List<Parameter> parameters() {
        return added.all();
    }

    /** True if every gate stands behind or before a matrix. */
    @Override
    public boolean merges() {
        return gates.stream().allMatch(g -> g.point.kind() == ValuePoint.Kind.SITE || g.point.kind() == ValuePoint.Kind.GATE);
    }

    /** Rows of the matrix before a gate, columns of the matrix behind it. */
    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        for (At g : gates) {
            if (g.point == site.point()) {
                c.apply(GateKernels.GATE_ROWS_INTO, weight, g.vector.data());
            } else if (g.point == site.input()) {
                c.apply(GateKernels.GATE_INTO, weight, g.vector.data());
            }
        }
        return weight;
    }

    @Override
    public Tensor mergedBias(Compute c, LinearSite site, Tensor bias) {
        if (bias != null) {
            for (At g : gates) {
                if (g.point == site.point()) {
                    try (Tensor wide = c.call(CoreKernels.CAST, g.vector.data(), (long) DType.F32.torchCode()); Tensor row = bias.view(1, bias.dim(0))) {
                        c.apply(GateKernels.GATE_INTO, row, wide);
                    }
                }
            }
        }
        return bias;
    }

    @Override
    public void close() {
        added.close();
    }
}
