package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.AdapterControls;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.SegmentedLowRank;
import java.util.ArrayList;
import java.util.List;

/**
 * Several sets of LoRA pairs on one frozen base (LoRAFusion): each row of a batch goes through one of them. A set starts from its own seed as it would alone, and its parameters
 * are a group of the optimizer, so rates and clipping are its own. A pass that does not say which rows go where goes through the set that answers.
 */
public final class SegmentedAdapter implements Adapter {
    /** A set at one site. */
    private record Member(int set, LowRankAdapter.Pair pair, long seed) {}

    private final List<AdapterChoice.SegmentedLowRank.Member> choices;
    private final List<List<LowRankAdapter.Pair>> pairs;
    private int answering;

    private SegmentedAdapter(List<AdapterChoice.SegmentedLowRank.Member> choices, List<List<LowRankAdapter.Pair>> pairs) {
        this.choices = choices;
        this.pairs = pairs;
    }

    /** @throws IllegalArgumentException if no site matches the targets of a set; the message lists the sites */
    static SegmentedAdapter attach(Compute c, Model model, AdapterChoice.SegmentedLowRank choice, DType dtype, long seed) {
        List<List<LowRankAdapter.Pair>> sets = new ArrayList<>();
        SegmentedAdapter adapter = new SegmentedAdapter(choice.sets(), sets);
        try {
            List<List<LinearSite>> wanted = choice.sets().stream().map(s -> Targets.of(model, "LoRA set " + s.name(), s.pair().targets())).toList();
            choice.sets().forEach(s -> sets.add(new ArrayList<>()));
            for (LinearSite site : model.sites()) {
                List<Member> here = new ArrayList<>();
                for (int i = 0; i < wanted.size(); i++) {
                    if (wanted.get(i).contains(site)) {
                        AdapterChoice.SegmentedLowRank.Member s = choice.sets().get(i);
                        LowRankAdapter.Pair pair = LowRankAdapter.drawn(c, site, s.pair(), dtype, seed + s.seed(), s.name());
                        sets.get(i).add(pair);
                        here.add(new Member(i, pair, seed + s.seed()));
                    }
                }
                if (!here.isEmpty()) {
                    site.attach(adapter.new Branch(site, List.copyOf(here)));
                }
            }
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    /** All sets at one site. */
    private final class Branch implements LinearSite.Branch {
        private final LinearSite site;
        private final List<Member> members;

        private Branch(LinearSite site, List<Member> members) {
            this.site = site;
            this.members = members;
        }

        @Override
        public List<Parameter> parameters() {
            return members.stream().flatMap(m -> m.pair().parameters().stream()).toList();
        }

        @Override
        public boolean takesFactor() {
            return true;
        }

        @Override
        public Value apply(Pass pass, Value y, Value x) {
            AdapterControls controls = pass.adapters();
            AdapterControls.RowSets rows = controls.rows() == null ? AdapterControls.RowSets.all(answering) : controls.rows();
            List<SegmentedLowRank.Part> parts = new ArrayList<>();
            for (AdapterControls.Segment s : rows.over(x.tensor().dim(0))) {
                members.stream().filter(m -> m.set() == s.set()).findFirst().ifPresent(m -> parts.add(new SegmentedLowRank.Part(m.pair().a(), m.pair().b(),
                        m.pair().scale() * controls.factor(), m.pair().dropout(), site.path() + ".lora_a", m.seed(), s.from(), s.to())));
            }
            if (!parts.isEmpty()) {
                return pass.apply(new SegmentedLowRank(parts), y, x);
            }
            if (x.takeLast()) {
                x.release();
            }
            return y;
        }
    }

    @Override
    public List<String> sets() {
        return choices.stream().map(AdapterChoice.SegmentedLowRank.Member::name).toList();
    }

    /** The pairs of a set. */
    public List<LowRankAdapter.Pair> pairs(int set) {
        return List.copyOf(pairs.get(set));
    }

    /** Number of the set that answers where a pass does not say. */
    public int answering() {
        return answering;
    }

    @Override
    public void answer(String name) {
        int i = sets().indexOf(name);
        if (i < 0) {
            throw new IllegalArgumentException("no adapter set '" + name + "'; there are " + String.join(", ", sets()));
        }
        answering = i;
    }

    @Override
    public List<Parameter> parameters() {
        return pairs.stream().flatMap(List::stream).flatMap(p -> p.parameters().stream()).toList();
    }

    /** A set's own: its pairs, and its task head. */
    @Override
    public String group(Parameter p) {
        for (int i = 0; i < pairs.size(); i++) {
            String name = choices.get(i).name();
            if (p.path().startsWith("head." + name + ".") || pairs.get(i).stream().anyMatch(pair -> pair.a() == p || pair.b() == p)) {
                return name;
            }
        }
        return MAIN_GROUP;
    }

    /** Each set would make another model. */
    @Override
    public boolean merges() {
        return false;
    }

    /** W + s·B·A of the set that answers. */
    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        return SiteDelta.added(c, site, weight, pairs.get(answering));
    }

    @Override
    public void close() {
        pairs.forEach(s -> s.forEach(LowRankAdapter.Pair::close));
    }
}
