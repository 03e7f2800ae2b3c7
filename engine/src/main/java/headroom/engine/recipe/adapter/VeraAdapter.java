package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.ScalingKernels;
import headroom.engine.memory.Category;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.VeraBranch;
import java.util.ArrayList;
import java.util.List;

/**
 * VeRA (Kopiczko et al., 2024): y += λb ⊙ B·(λd ⊙ A·x) with one frozen random pair for all sites and trained vectors λd [r], λb [out] at each. λb starts at zero, so the tuned
 * model starts as the base model. The vectors are float32 whatever the compute type: they are most of what there is.
 */
public final class VeraAdapter implements Adapter {
    /** The vectors of one site, and its slices of the shared bases. */
    public record Part(LinearSite site, Parameter d, Parameter b, Tensor turned, Tensor out, double dropout) implements LinearSite.Branch, SiteDelta {
        @Override
        public List<Parameter> parameters() {
            return List.of(d, b);
        }

        @Override
        public Value apply(Pass pass, Value y, Value x) {
            return pass.apply(new VeraBranch(turned, out, d, b, dropout), y, x);
        }

        /** diag(λb)·B·diag(λd)·A [out, in] in float32, owned by the caller. */
        @Override
        public Tensor delta(Compute c) {
            try (Tensor rows = wide(c, out); Tensor a = wide(c, turned); Tensor wd = wide(c, d.data()); Tensor wb = wide(c, b.data())) {
                c.apply(ScalingKernels.SCALE_ROWS_INTO, rows, wb);
                c.apply(ScalingKernels.SCALE_COLUMNS_INTO, rows, wd);
                return c.call(LinearKernels.LINEAR, rows, a);
            }
        }

        private static Tensor wide(Compute c, Tensor t) {
            return c.call(CoreKernels.CAST, t, (long) DType.F32.torchCode());
        }

        void close() {
            turned.close();
            out.close();
            d.close();
            b.close();
        }
    }

    private final SharedBases bases;
    private final List<Part> parts;

    private VeraAdapter(SharedBases bases, List<Part> parts) {
        this.bases = bases;
        this.parts = parts;
    }

    /** @throws IllegalArgumentException if no site matches; the message lists the sites */
    static VeraAdapter attach(Compute c, Model model, AdapterChoice.Vera choice, DType dtype, long seed) {
        List<LinearSite> sites = Targets.of(model, "VeRA", choice.targets());
        SharedBases bases = new SharedBases(c, dtype, seed, choice.rank(), sites.stream().mapToLong(LinearSite::in).max().orElseThrow(),
                sites.stream().mapToLong(LinearSite::out).max().orElseThrow());
        DType wide = dtype == DType.F64 ? DType.F64 : DType.F32;
        List<Part> parts = new ArrayList<>();
        for (LinearSite site : sites) {
            Tensor d = c.zeros(Category.ADAPTER, site.path() + ".vera_d", wide, Shape.of(choice.rank()));
            c.apply(CoreKernels.FILL_INTO, d, choice.start());
            Tensor b = c.zeros(Category.ADAPTER, site.path() + ".vera_b", wide, Shape.of(site.out()));
            Part part = new Part(site, new Parameter(site.path() + ".vera_d", Parameter.Role.NORM, d), new Parameter(site.path() + ".vera_b", Parameter.Role.NORM, b),
                    bases.turned(site.in()), bases.out(site.out()), choice.dropout());
            site.attach(part);
            parts.add(part);
        }
        return new VeraAdapter(bases, List.copyOf(parts));
    }

    public SharedBases bases() {
        return bases;
    }

    public List<Part> parts() {
        return parts;
    }

    @Override
    public List<Parameter> parameters() {
        return parts.stream().flatMap(p -> p.parameters().stream()).toList();
    }

    @Override
    public boolean merges() {
        return true;
    }

    /** W + diag(λb)·B·diag(λd)·A. */
    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        return SiteDelta.added(c, site, weight, parts);
    }

    @Override
    public void close() {
        parts.forEach(Part::close);
        bases.close();
    }
}
