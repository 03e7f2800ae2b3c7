package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ScalingKernels;
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

/**
 * Vectors that scale activations, starting at 1, so that the tuned model starts as the base model ("(IA)³", 2022). In float32 whatever the model computes in: bf16 has no number
 * between 1 and 1.0078.
 */
public final class GateAdapter implements Adapter {
    /** A vector and the point where it stands. */
    public record Part(ValuePoint point, Parameter vector) implements ValuePoint.Branch {
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
    private final List<Part> parts;

    private GateAdapter(AddedParameters added, List<Part> parts) {
        this.added = added;
        this.parts = parts;
    }

    static GateAdapter attach(Compute c, Model model, AdapterChoice.ActivationGates choice, DType dtype, long seed) {
        AddedParameters added = new AddedParameters(c, dtype == DType.F64 ? DType.F64 : DType.F32, seed);
        try {
            List<Part> parts = Points.matching(model, ValuePoint.class, choice.points()).stream()
                    .map(p -> new Part(p, added.constant(1, p.path() + ".gate", Parameter.Role.GATE, p.width()))).toList();
            parts.forEach(g -> g.point.attach(g));
            return new GateAdapter(added, parts);
        } catch (RuntimeException e) {
            added.close();
            throw e;
        }
    }

    public List<Part> parts() {
        return parts;
    }

    @Override
    public List<Parameter> parameters() {
        return added.all();
    }

    /** True if every gate stands behind or before a matrix. */
    @Override
    public boolean merges() {
        return parts.stream().allMatch(g -> g.point.kind() == ValuePoint.Kind.SITE || g.point.kind() == ValuePoint.Kind.GATE);
    }

    /** Rows of the matrix before a gate, columns of the matrix behind it. */
    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        for (Part g : parts) {
            if (g.point == site.point()) {
                c.apply(ScalingKernels.SCALE_ROWS_INTO, weight, g.vector.data());
            } else if (g.point == site.input()) {
                c.apply(ScalingKernels.SCALE_COLUMNS_INTO, weight, g.vector.data());
            }
        }
        return weight;
    }

    @Override
    public Tensor mergedBias(Compute c, LinearSite site, Tensor bias) {
        if (bias != null) {
            for (Part g : parts) {
                if (g.point == site.point()) {
                    try (Tensor row = bias.view(1, bias.dim(0))) {
                        c.apply(ScalingKernels.SCALE_COLUMNS_INTO, row, g.vector.data());
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
