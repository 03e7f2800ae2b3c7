package headroom.engine.plan;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DryCompute;
import headroom.engine.data.Batch;
import headroom.engine.memory.Account;
import headroom.engine.memory.ArenaPlan;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import headroom.engine.memory.Timeline;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Decision;
import headroom.engine.recipe.Evaluation;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.StepKind;
import headroom.engine.recipe.SubsetSelection;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.data.Selecting;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A dry run: the program of a run, on shapes. It loads, trains the steps that differ in what they book, and evaluates; what the ledger holds meanwhile is the plan.
 */
public final class Rehearsal implements AutoCloseable {
    private static final int MOST_KINDS = 200;

    private final Ledger ledger = new Ledger();
    private final DryCompute compute = new DryCompute(ledger);
    private final Assembly assembly;
    private final Timeline loading = new Timeline();

    /** The highest total of one phase, what it was made of, and everything that was booked in it. */
    public record Phase(String name, Ledger.Peak peak, Timeline timeline, List<Account> standing, long standingBytes, long flops, long calls) {
        /** Device accounts at the peak, largest first. */
        public List<Account.View> accountsAtPeak() {
            return Stream.concat(standing.stream().filter(a -> a.tier() == Tier.DEVICE && a.isOpenAt(peak.event())), timeline.aliveAt(peak.event()).stream())
                    .sorted(Comparator.comparingLong(Account::bytes).reversed()).map(Account::view).toList();
        }
    }

    /** Loads the model and attaches what the recipe adds. Fails as a run would if the recipe does not fit. */
    public Rehearsal(Recipe recipe, Assembly.ModelMaker maker, Assembly.Task task, long seed, long totalSteps) {
        this(recipe, maker, task, seed, totalSteps, List.of());
    }

    /** @param recorded sizes that a run has recorded; others are assumed */
    public Rehearsal(Recipe recipe, Assembly.ModelMaker maker, Assembly.Task task, long seed, long totalSteps, Collection<Decision> recorded) {
        ledger.watch(loading);
        assembly = new Assembly(compute, recipe, maker, task, seed, totalSteps, recorded);
    }

    public Assembly assembly() {
        return assembly;
    }

    public Ledger ledger() {
        return ledger;
    }

    /** What loading came to, before anything else ran. */
    public Timeline loading() {
        return loading;
    }

    /** One training step on a batch of a shape; below 0, −1 − the number of a batch that is taken before the first step. */
    public Phase step(String name, long step, Batch.Shape shape) {
        return phase(name, () -> {
            ledger.during("batch", "");
            List<DeviceBatch> micro = BatchUpload.shaped(compute, shape, assembly.recipe().data().accumulate(), assembly.objective().perToken());
            if (step < 0) {
                assembly.prepare(-1 - step, micro);
            } else {
                assembly.step(step, micro);
            }
            micro.forEach(DeviceBatch::close);
        });
    }

    /** One evaluation batch of a shape. */
    public Phase evaluate(String name, Batch.Shape shape) {
        return phase(name, () -> {
            ledger.during("batch", "");
            for (DeviceBatch d : BatchUpload.shaped(compute, shape, 1, assembly.objective().perToken())) {
                try (d) {
                    Evaluation.score(assembly, d);
                }
            }
        });
    }

    /** The passes of a selection over one batch of a shape, by the base model alone: this rehearsal must be of {@link Selecting#base}. */
    public Phase select(String name, SubsetSelection choice, Batch.Shape shape, int rows) {
        return phase(name, () -> {
            ledger.during("batch", "");
            Selecting.rehearse(assembly, choice, shape, rows);
        });
    }

    private Phase phase(String name, Runnable work) {
        Timeline timeline = new Timeline();
        List<Account> standing = ledger.accounts();
        long standingBytes = ledger.total();
        ledger.resetPeak();
        ledger.watch(timeline);
        long flops = compute.flops();
        long calls = compute.calls();
        work.run();
        return new Phase(name, ledger.peak(), timeline, standing, standingBytes, compute.flops() - flops, compute.calls() - calls);
    }

    /** What happened in a run that decides sizes: a training step (or what came before the first, as in {@link #step}), or an evaluation, on a batch of a shape. */
    public record Occasion(long step, boolean training, Batch.Shape shape) {}

    private Phase rehearse(Occasion o) {
        return o.training() ? step("train", o.step(), o.shape()) : evaluate("evaluate", o.shape());
    }

    /**
     * The storage in which the steps of a run lie, with places for every kind of step among the occasions. Of very many kinds those with the largest batches are rehearsed; others
     * use the room as they find it.
     */
    public static ArenaPlan arena(Recipe recipe, Assembly.ModelMaker maker, Assembly.Task task, long seed, long totalSteps, Collection<Occasion> occasions) {
        try (Rehearsal r = new Rehearsal(recipe, maker, task, seed, totalSteps)) {
            ArenaPlan.Builder arena = new ArenaPlan.Builder(Compute::isPlaceable);
            r.distinct(occasions).stream().sorted(Comparator.comparingLong((Occasion o) -> -(long) o.shape().rows() * o.shape().length())).limit(MOST_KINDS).sorted(Comparator.comparingLong(Occasion::step)).forEach(o -> {
                Phase p = r.rehearse(o);
                arena.add(r.kind(o), p.timeline().accounts(), p.standingBytes());
            });
            return arena.build();
        }
    }

    /**
     * The highest total of a run, given what happened in it. Steps that do the same bookings are rehearsed once.
     *
     * @param occasions in order
     */
    public static Ledger.Peak peakOf(Recipe recipe, Assembly.ModelMaker maker, Assembly.Task task, long seed, long totalSteps, Collection<Occasion> occasions) {
        return peakOf(recipe, maker, task, seed, totalSteps, occasions, List.of());
    }

    /** @param recorded sizes that the run has recorded */
    public static Ledger.Peak peakOf(Recipe recipe, Assembly.ModelMaker maker, Assembly.Task task, long seed, long totalSteps, Collection<Occasion> occasions,
            Collection<Decision> recorded) {
        try (Rehearsal r = new Rehearsal(recipe, maker, task, seed, totalSteps, recorded)) {
            Ledger.Peak highest = r.ledger.peak();
            for (Occasion o : r.distinct(occasions)) {
                Phase p = r.rehearse(o);
                if (p.peak().bytes() > highest.bytes()) {
                    highest = p.peak();
                }
            }
            return highest;
        }
    }

    /** One occasion of each kind, in order. */
    private List<Occasion> distinct(Collection<Occasion> occasions) {
        Set<StepKind> seen = new HashSet<>();
        return new LinkedHashSet<>(occasions).stream().filter(o -> seen.add(kind(o))).toList();
    }

    private StepKind kind(Occasion o) {
        return new StepKind(o.training(), o.training() ? assembly.mark(o.step()) : 0, o.shape());
    }

    @Override
    public void close() {
        assembly.close();
        if (ledger.openAccounts() != 0) {
            throw new IllegalStateException("a rehearsal left " + ledger.openAccounts() + " accounts open, the largest " + ledger.largest(1));
        }
    }
}
