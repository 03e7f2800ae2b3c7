package headroom.engine.recipe.selector;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.FactorKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.State;
import headroom.engine.recipe.adapter.TripletAdapter;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Trainables;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdaLoRA's budget: how many triplets of all sites together may speak falls along a cubic from all to the target, and goes to those the loss leans on most. After a step the
 * numbers E of the others are set to zero; until the last part of the run they may grow back, then the choice stands.
 */
final class RankBudget implements Selector {
    /** The triplets of one site, with what is kept of them. */
    private record Scored(TripletAdapter.Part part, SensitivityEma a, SensitivityEma e, SensitivityEma b, Tensor mask) {
        List<SensitivityEma> all() {
            return List.of(a, e, b);
        }

        int rank() {
            return (int) part.e().elements();
        }

        String maskName() {
            return "selector." + part.site().path() + ".mask";
        }
    }

    /** One triplet: which site, which direction, what it is worth. */
    private record Candidate(int site, int direction, float score) {}

    private final Compute compute;
    private final SelectorChoice.CubicBudget choice;
    private final CubicSchedule schedule;
    private final Trainables trainables;
    private final List<Scored> sites = new ArrayList<>();
    private final Map<Parameter, SensitivityEma> scores = new IdentityHashMap<>();

    RankBudget(Compute compute, SelectorChoice.CubicBudget choice, TripletAdapter adapter, Trainables trainables, long totalSteps) {
        this.compute = compute;
        this.choice = choice;
        this.trainables = trainables;
        long start = adapter.parts().stream().mapToLong(p -> p.e().elements()).sum();
        schedule = CubicSchedule.of(choice, start, (long) choice.target() * adapter.parts().size(), totalSteps);
        for (TripletAdapter.Part p : adapter.parts()) {
            Tensor mask = compute.zeros(Category.OPTIMIZER, "selector." + p.site().path() + ".mask", p.e().dtype(), p.e().shape());
            compute.apply(CoreKernels.FILL_INTO, mask, 1.0);
            Scored s = new Scored(p, new SensitivityEma(compute, p.a()), new SensitivityEma(compute, p.e()), new SensitivityEma(compute, p.b()), mask);
            scores.put(p.a(), s.a());
            scores.put(p.e(), s.e());
            scores.put(p.b(), s.b());
            sites.add(s);
        }
    }

    @Override
    public Trainables at(long step) {
        return trainables;
    }

    /** Scores are taken with the stepped weight and the gradient it was stepped by. */
    @Override
    public void afterStep(Parameter p, Tensor gradient) {
        SensitivityEma s = scores.get(p);
        if (s != null) {
            s.take(compute, p, gradient, choice.beta1(), choice.beta2());
        }
    }

    @Override
    public void boundary(long step) {
        compute.ledger().during("rank budget", "");
        if (schedule.choosesAfter(step)) {
            choose(schedule.after(step));
        }
        if (schedule.masksAfter(step)) {
            sites.forEach(s -> compute.apply(ElementwiseKernels.MUL_INTO, s.part().e().data(), s.mask()));
        }
    }

    /** The {@code budget} triplets of the highest scores stay; of equal ones the first. */
    private void choose(long budget) {
        List<Candidate> all = new ArrayList<>();
        for (int i = 0; i < sites.size(); i++) {
            Scored s = sites.get(i);
            try (Tensor t = compute.call(FactorKernels.TRIPLET_SCORES, s.a().mean(), s.a().spread(), s.b().mean(), s.b().spread(), s.e().mean(), s.e().spread())) {
                float[] values = compute.floats(t);
                for (int j = 0; j < s.rank(); j++) {
                    all.add(new Candidate(i, j, values[j]));
                }
            }
        }
        // a stable sort: sites and directions in order decide between equal scores
        all.sort((x, y) -> Float.compare(y.score(), x.score()));
        List<boolean[]> kept = new ArrayList<>();
        sites.forEach(s -> kept.add(new boolean[s.rank()]));
        all.stream().limit(budget).forEach(t -> kept.get(t.site())[t.direction()] = true);
        for (int i = 0; i < sites.size(); i++) {
            boolean[] on = kept.get(i);
            Tensor mask = sites.get(i).mask();
            compute.overwrite(mask, () -> bytes(on, mask.dtype().bytes()));
        }
    }

    private static ByteBuffer bytes(boolean[] on, int size) {
        ByteBuffer b = ByteBuffer.allocateDirect(on.length * size).order(ByteOrder.LITTLE_ENDIAN);
        for (boolean x : on) {
            if (size == Double.BYTES) {
                b.putDouble(x ? 1 : 0);
            } else {
                b.putFloat(x ? 1 : 0);
            }
        }
        return b.flip();
    }

    @Override
    public void save(State.Writer w) {
        for (Scored s : sites) {
            s.all().forEach(e -> e.save(w));
            w.tensor(s.maskName(), s.mask());
        }
    }

    @Override
    public void restore(State.Reader r, Collection<Parameter> parameters) {
        for (Scored s : sites) {
            s.all().forEach(e -> e.restore(compute, r));
            if (r.tensors().contains(s.maskName())) {
                compute.overwrite(s.mask(), () -> r.data(s.maskName()));
            }
        }
    }

    @Override
    public Trainables current() {
        return trainables;
    }

    @Override
    public void close() {
        for (Scored s : sites) {
            s.all().forEach(SensitivityEma::close);
            s.mask().close();
        }
    }
}
