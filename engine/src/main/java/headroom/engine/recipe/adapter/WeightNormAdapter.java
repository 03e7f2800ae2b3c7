package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ScalingKernels;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.memory.Category;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.LowRankBranch;
import headroom.engine.tape.ops.RowNormScale;
import headroom.engine.tape.ops.RowNorms;
import java.util.ArrayList;
import java.util.List;

/**
 * DoRA (Liu et al., 2024): W' = m ⊙ (W + s·B·A) / ‖W + s·B·A‖ by rows. The pair turns a row, m [out] stretches it; m starts at ‖W‖, so the tuned model starts as the base
 * model. m and the norms are float32 whatever the compute type: they are ratios near one, which a narrow type would round away.
 */
public final class WeightNormAdapter implements Adapter {
    /** A pair, its magnitudes m [out] and the norms of its rows, at one site. */
    public record Part(LowRankAdapter.Pair pair, Parameter m, RowNorms norms, boolean exact) implements LinearSite.Branch {
        @Override
        public List<Parameter> parameters() {
            return List.of(pair.a(), pair.b(), m);
        }

        /** Scales what the site and its pair say, so it must be the last branch of its site. */
        @Override
        public Value apply(Pass pass, Value y, Value x) {
            Value z = pass.apply(new LowRankBranch(pair.a(), pair.b(), pair.scale(), pair.dropout()), y, x);
            return pass.apply(new RowNormScale(norms, pair.a(), pair.b(), m, pair.site().bias(), exact), z.last());
        }

        void close() {
            pair.close();
            m.close();
            norms.close();
        }
    }

    private final List<Part> parts;

    private WeightNormAdapter(List<Part> parts) {
        this.parts = parts;
    }

    /** @throws IllegalArgumentException if no site matches; the message lists the sites */
    static WeightNormAdapter attach(Compute c, Model model, AdapterChoice.WeightNorm choice, DType dtype, long seed) {
        List<Part> parts = new ArrayList<>();
        for (LinearSite site : Targets.of(model, "DoRA", choice.pair().targets())) {
            String before = c.within(site.path());
            LowRankAdapter.Pair pair = LowRankAdapter.drawn(c, site, choice.pair(), dtype, seed);
            RowNorms norms = new RowNorms(c, site.weight(), pair.scale(), site.path() + ".row_squares");
            Tensor m;
            // W + s·B·A is W yet: the same sum that a pass takes, so that m divided by it is exactly one
            try (Tensor norm = norms.of(c, pair.a().data(), pair.b().data())) {
                m = norm.retain().book(Category.ADAPTER, site.path() + ".lora_m");
            }
            c.within(before);
            Part part = new Part(pair, new Parameter(site.path() + ".lora_m", Parameter.Role.NORM, m), norms, choice.exactNorm());
            site.attach(part);
            parts.add(part);
        }
        return new WeightNormAdapter(List.copyOf(parts));
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

    /** m ⊙ (W + s·B·A) / ‖W + s·B·A‖. */
    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        for (Part p : parts) {
            if (p.pair().site() == site) {
                SiteDelta.added(c, site, weight, List.of(p.pair()));
                try (Tensor squares = c.call(SupportKernels.ROW_SQUARES, weight); Tensor m = c.call(CoreKernels.CAST, p.m().data(), (long) DType.F32.torchCode());
                        Tensor norm = c.call(ScalingKernels.ROOT, squares); Tensor factor = c.call(ScalingKernels.QUOTIENT, m, norm)) {
                    c.apply(ScalingKernels.SCALE_ROWS_INTO, weight, factor);
                }
            }
        }
        return weight;
    }


    @Override
    public void close() {
        parts.forEach(Part::close);
    }
}
