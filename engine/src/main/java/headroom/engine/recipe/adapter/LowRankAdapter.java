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
 * LoRA: pairs A [r, in] and B [out, r] beside linear sites. A starts uniform in ±1/√in (keyed), B at zero, so the tuned model starts as the base model; or both start in the
 * spectrum of the weight (PiSSA).
 */
public final class LowRankAdapter implements Adapter {
    /** Group of all B in the optimizer: LoRA+ gives it a rate of its own. */
    public static final String B_GROUP = "lora_b";

    /** One pair at one site. */
    public record Pair(LinearSite site, Parameter a, Parameter b, double scale, double dropout) implements LinearSite.Branch, SiteDelta {
        @Override
        public List<Parameter> parameters() {
            return List.of(a, b);
        }

        @Override
        public boolean takesFactor() {
            return true;
        }

        @Override
        public Value apply(Pass pass, Value y, Value x) {
            return pass.apply(new LowRankBranch(a, b, scale * pass.adapters().factor(), dropout), y, x);
        }

        public int rank() {
            return (int) a.shape().dim(0);
        }

        /** s·B·A [out, in] in float32, owned by the caller: what merging adds to the weight. */
        @Override
        public Tensor delta(Compute c) {
            try (Tensor b32 = c.call(CoreKernels.CAST, b.data(), (long) DType.F32.torchCode());
                    Tensor a32 = c.call(CoreKernels.CAST, a.data(), (long) DType.F32.torchCode())) {
                Tensor d = c.call(LinearKernels.LINEAR_DX, b32, a32);
                c.apply(ElementwiseKernels.SCALE_INTO, d, scale);
                return d;
            }
        }

        void close() {
            a.close();
            b.close();
        }
    }

    private final List<Pair> pairs;

    private LowRankAdapter(List<Pair> pairs) {
        this.pairs = pairs;
    }

    /**
     * Attaches a pair to every site whose path ends in one of the targets.
     *
     * @param start what was taken out of the weights while they were loaded
     * @throws IllegalArgumentException if no site matches; the message lists the sites
     */
    static LowRankAdapter attach(Compute c, Model model, AdapterChoice.LowRank choice, SpectralStart start, DType dtype, long seed) {
        List<Pair> pairs = new ArrayList<>();
        for (LinearSite site : Targets.of(model, "LoRA", choice.targets())) {
            Pair pair = choice.start() == AdapterChoice.Start.PISSA ? taken(site, choice, start) : drawn(c, site, choice, dtype, seed);
            site.attach(pair);
            pairs.add(pair);
        }
        return new LowRankAdapter(List.copyOf(pairs));
    }

    private static Pair taken(LinearSite site, AdapterChoice.LowRank choice, SpectralStart start) {
        Tensor[] factors = start.take(site.path());
        return pair(site, site.path(), choice, factors[0], factors[1]);
    }

    /** A pair with A drawn from the run's seed and B at zero; attached by the caller. */
    static Pair drawn(Compute c, LinearSite site, AdapterChoice.LowRank choice, DType dtype, long seed) {
        return drawn(c, site, choice, dtype, seed, null);
    }

    /** The same under the name of a set, or null; the start is that of the pair alone. */
    static Pair drawn(Compute c, LinearSite site, AdapterChoice.LowRank choice, DType dtype, long seed, String set) {
        int rank = choice.rankAt(site.path());
        String path = set == null ? site.path() : site.path() + "." + set;
        Tensor a = c.zeros(Category.ADAPTER, path + ".lora_a", dtype, Shape.of(rank, site.in()));
        Tensor b = c.zeros(Category.ADAPTER, path + ".lora_b", dtype, Shape.of(site.out(), rank));
        c.apply(RandomKernels.UNIFORM_INTO, a, Keys.key(seed, "lora", site.path() + ".lora_a", 0), 1 / Math.sqrt(site.in()));
        return pair(site, path, choice, a, b);
    }

    private static Pair pair(LinearSite site, String path, AdapterChoice.LowRank choice, Tensor a, Tensor b) {
        return new Pair(site, new Parameter(path + ".lora_a", Parameter.Role.MATRIX, a), new Parameter(path + ".lora_b", Parameter.Role.MATRIX, b),
                choice.scaling().of(choice.alpha(), choice.rankAt(site.path())), choice.dropout());
    }

    public List<Pair> pairs() {
        return pairs;
    }

    @Override
    public List<Parameter> parameters() {
        return pairs.stream().flatMap(p -> p.parameters().stream()).toList();
    }

    @Override
    public String group(Parameter p) {
        return p.path().endsWith(".lora_b") ? B_GROUP : MAIN_GROUP;
    }

    @Override
    public boolean merges() {
        return true;
    }

    /** W + s·B·A. */
    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        return SiteDelta.added(c, site, weight, pairs);
    }

    @Override
    public void close() {
        pairs.forEach(Pair::close);
    }
}
