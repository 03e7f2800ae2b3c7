package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.compute.kernel.ScalingKernels;
import headroom.engine.memory.Category;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.gradient.Penalty;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.TripletBranch;
import java.util.ArrayList;
import java.util.List;

/**
 * AdaLoRA's pairs (Zhang et al., 2023): y += s·B·diag(E)·A·x. A and B start as normals of deviation 0.02, E [r] at zero, so the tuned model starts as the base model. A
 * direction whose number in E is zero says nothing; which ones are, is the selector's.
 */
public final class TripletAdapter implements Adapter {
    private static final double DEVIATION = 0.02;

    /** The triplets of one site: row j of A [r, in], number j of E [r], column j of B [out, r]. */
    public record Part(LinearSite site, Parameter a, Parameter e, Parameter b, double scale, double dropout) implements LinearSite.Branch, SiteDelta {
        @Override
        public List<Parameter> parameters() {
            return List.of(a, e, b);
        }

        @Override
        public boolean takesFactor() {
            return true;
        }

        @Override
        public Value apply(Pass pass, Value y, Value x) {
            return pass.apply(new TripletBranch(a, e, b, scale * pass.adapters().factor(), dropout), y, x);
        }

        /** s·B·diag(E) [out, r] in float32, owned by the caller: with A it is a plain pair of scale one. */
        public Tensor weighted(Compute c) {
            try (Tensor e32 = c.call(CoreKernels.CAST, e.data(), (long) DType.F32.torchCode())) {
                Tensor b32 = c.call(CoreKernels.CAST, b.data(), (long) DType.F32.torchCode());
                c.apply(ScalingKernels.SCALE_COLUMNS_INTO, b32, e32);
                c.apply(ElementwiseKernels.SCALE_INTO, b32, scale);
                return b32;
            }
        }

        @Override
        public Tensor delta(Compute c) {
            try (Tensor b32 = weighted(c); Tensor a32 = c.call(CoreKernels.CAST, a.data(), (long) DType.F32.torchCode())) {
                return c.call(LinearKernels.LINEAR_DX, b32, a32);
            }
        }

        void close() {
            a.close();
            e.close();
            b.close();
        }
    }

    private final List<Part> parts;
    private final double orthogonality;

    private TripletAdapter(List<Part> parts, double orthogonality) {
        this.parts = parts;
        this.orthogonality = orthogonality;
    }

    /** @throws IllegalArgumentException if no site matches; the message lists the sites */
    static TripletAdapter attach(Compute c, Model model, AdapterChoice.Triplets choice, DType dtype, long seed) {
        DType wide = dtype == DType.F64 ? DType.F64 : DType.F32;
        List<Part> parts = new ArrayList<>();
        for (LinearSite site : Targets.of(model, "AdaLoRA", choice.targets())) {
            Tensor e = c.zeros(Category.ADAPTER, site.path() + ".lora_e", wide, Shape.of(choice.rank()));
            Part part = new Part(site, drawn(c, site.path() + ".lora_a", dtype, seed, choice.rank(), site.in()),
                    new Parameter(site.path() + ".lora_e", Parameter.Role.NORM, e),
                    drawn(c, site.path() + ".lora_b", dtype, seed, site.out(), choice.rank()), choice.alpha() / choice.rank(), choice.dropout());
            site.attach(part);
            parts.add(part);
        }
        return new TripletAdapter(List.copyOf(parts), choice.orthogonality());
    }

    private static Parameter drawn(Compute c, String path, DType dtype, long seed, long rows, long columns) {
        Tensor t = c.zeros(Category.ADAPTER, path, dtype, Shape.of(rows, columns));
        c.apply(RandomKernels.ADD_NORMAL_INTO, t, Keys.key(seed, "triplets", path, 0), 0L, DEVIATION);
        return new Parameter(path, Parameter.Role.MATRIX, t);
    }

    public List<Part> parts() {
        return parts;
    }

    @Override
    public List<Parameter> parameters() {
        return parts.stream().flatMap(p -> p.parameters().stream()).toList();
    }

    @Override
    public List<Penalty> penalties() {
        return orthogonality > 0 ? List.of(new OrthogonalFactors(parts, orthogonality)) : List.of();
    }

    @Override
    public boolean merges() {
        return true;
    }

    /** W + s·B·diag(E)·A. */
    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        return SiteDelta.added(c, site, weight, parts);
    }

    @Override
    public void close() {
        parts.forEach(Part::close);
    }
}
