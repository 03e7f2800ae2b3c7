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
import headroom.engine.memory.Category;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.LowRankBranch;
import java.util.ArrayList;
import java.util.List;

/**
 * LoRA: pairs A [r, in] and B [out, r] beside linear sites. A starts uniform in ±1/√in (keyed), B at zero, so the tuned model starts as the base model.
 */
public final class LowRankAdapter implements Adapter {
    /** One pair at one site. */
    public record Pair(LinearSite site, Parameter a, Parameter b, double scale, double dropout) implements LinearSite.Branch {
        @Override
        public List<Parameter> parameters() {
            return List.of(a, b);
        }

        @Override
        public Value apply(Pass pass, Value y, Value x) {
            return pass.apply(new LowRankBranch(a, b, scale, dropout), y, x);
        }

        /** s·B·A [out, in] in float32, owned by the caller: what merging adds to the weight. */
        public Tensor delta(Compute c) {
            try (Tensor b32 = c.call(CoreKernels.CAST, b.data(), (long) DType.F32.torchCode());
                    Tensor a32 = c.call(CoreKernels.CAST, a.data(), (long) DType.F32.torchCode())) {
                Tensor d = c.call(LinearKernels.LINEAR_DX, b32, a32);
                c.apply(ElementwiseKernels.SCALE_INTO, d, scale);
                return d;
            }
        }
    }

    private final List<Pair> pairs;

    private LowRankAdapter(List<Pair> pairs) {
        this.pairs = pairs;
    }

    /**
     * Attaches a pair to every site whose path ends in one of the targets.
     *
     * @throws IllegalArgumentException if no site matches; the message lists the sites
     */
    public static LowRankAdapter attach(Compute c, Model model, AdapterChoice.LowRank choice, DType dtype, long seed) {
        List<Pair> pairs = new ArrayList<>();
        for (LinearSite site : model.sites()) {
            String last = site.path().substring(site.path().lastIndexOf('.') + 1);
            if (choice.targets().contains("all") || choice.targets().contains(last)) {
                Parameter a = new Parameter(site.path() + ".lora_a", Parameter.Role.MATRIX,
                        c.zeros(Category.ADAPTER, site.path() + ".lora_a", dtype, Shape.of(choice.rank(), site.in())));
                Parameter b = new Parameter(site.path() + ".lora_b", Parameter.Role.MATRIX,
                        c.zeros(Category.ADAPTER, site.path() + ".lora_b", dtype, Shape.of(site.out(), choice.rank())));
                c.apply(RandomKernels.UNIFORM_INTO, a.data(), Keys.key(seed, "lora", a.path(), 0), 1 / Math.sqrt(site.in()));
                Pair pair = new Pair(site, a, b, choice.alpha() / choice.rank(), choice.dropout());
                site.attach(pair);
                pairs.add(pair);
            }
        }
        if (pairs.isEmpty()) {
            throw new IllegalArgumentException("LoRA targets " + choice.targets() + " match no linear site; sites end in "
                    + model.sites().stream().map(s -> s.path().substring(s.path().lastIndexOf('.') + 1)).distinct().toList() + ", or use all");
        }
        return new LowRankAdapter(List.copyOf(pairs));
    }

    public List<Pair> pairs() {
        return pairs;
    }

    @Override
    public List<Parameter> parameters() {
        return pairs.stream().flatMap(p -> p.parameters().stream()).toList();
    }

    @Override
    public boolean merges() {
        return true;
    }

    /** W + (α/r)·B·A. */
    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        for (Pair p : pairs) {
            if (p.site() == site) {
                try (Tensor delta = p.delta(c)) {
                    c.apply(ElementwiseKernels.ADD_INTO, weight, delta);
                }
            }
        }
        return weight;
    }

    @Override
    public void close() {
        for (Pair p : pairs) {
            p.a().close();
            p.b().close();
        }
    }
}
