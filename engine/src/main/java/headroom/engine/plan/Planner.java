package headroom.engine.plan;

import headroom.engine.data.Batch;
import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Timeline;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SubsetSelection;
import headroom.engine.recipe.data.Selecting;
import headroom.engine.recipe.run.Course;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Trainables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Plans by rehearsal: what a model, a recipe and a batch shape need, phase by phase, op by op and layer by layer. No number here comes from a formula. */
public final class Planner {
    private static final int CATEGORIES = Category.values().length;

    private Planner() {}

    /**
     * What to plan.
     *
     * @param maker makes the model; on the dry machine it reads no file
     * @param worst shape of the largest training batch
     * @param evaluation shape of the largest evaluation batch, or null
     * @param totalSteps of the run; decides which draws and renewals come
     */
    public record Request(Recipe recipe, Assembly.ModelMaker maker, Assembly.Task task, Batch.Shape worst, Batch.Shape evaluation, long seed, long totalSteps) {}

    /**
     * @throws IllegalArgumentException if the recipe does not fit together or does not fit the model
     */
    public static MemoryPlan plan(Request q) {
        Optional<MemoryPlan.Phase> selection = selection(q);
        try (Rehearsal r = new Rehearsal(q.recipe(), q.maker(), q.task(), q.seed(), q.totalSteps())) {
            List<MemoryPlan.Phase> phases = new ArrayList<>();
            selection.ifPresent(phases::add);
            phases.add(new MemoryPlan.Phase("Load", r.ledger().peak().bytes(), "weights, one matrix at a time"));
            int preparing = r.assembly().course().preparing();
            for (long i = 0; i < preparing; i += Math.max(1, preparing - 1)) {
                Rehearsal.Phase p = r.step("Prepare", -1 - i, q.worst());
                if (i == preparing - 1) {
                    phases.add(new MemoryPlan.Phase(p.name(), p.peak().bytes(), preparing + " batches before the first step"));
                }
            }
            Rehearsal.Phase highest = r.step("Train, first step", 0, q.worst());
            phases.add(new MemoryPlan.Phase(highest.name(), highest.peak().bytes(), "optimizer state is made"));
            Trainables trained = r.assembly().trainables(0);
            Map<String, long[]> flops = Map.of();
            List<Course.Leg> legs = r.assembly().course().kinds();
            for (Course.Leg leg : legs) {
                Rehearsal.Phase own = null;
                for (long step : rehearsed(r.assembly(), leg, legs.size() > 1 && leg.index() > 0)) {
                    Map<String, long[]> metered = r.assembly().compute().meterOwners();
                    Rehearsal.Phase p = r.step("Train, worst batch", step, q.worst());
                    own = own == null || p.peak().bytes() >= own.peak().bytes() ? p : own;
                    if (flops.isEmpty() || p.peak().bytes() >= highest.peak().bytes()) {
                        highest = p;
                        trained = r.assembly().trainables(step);
                        flops = metered;
                    }
                }
                if (own != null) {
                    phases.add(new MemoryPlan.Phase(legs.size() == 1 ? own.name() : "Train, " + leg.name(), Math.max(own.peak().bytes(), legs.size() == 1 ? highest.peak().bytes() : 0),
                            q.worst().rows() + " × " + q.worst().length() + " tokens"));
                }
            }
            if (q.evaluation() != null) {
                Rehearsal.Phase e = r.evaluate("Evaluate", q.evaluation());
                phases.add(new MemoryPlan.Phase("Evaluate", e.peak().bytes(), q.evaluation().rows() + " × " + q.evaluation().length() + " tokens, no tape"));
            }
            return describe(r.assembly(), highest, trained, phases, flops);
        }
    }

    /** The passes that score rows before anything is trained, by the base model alone, which is freed before the run loads its own. */
    private static Optional<MemoryPlan.Phase> selection(Request q) {
        SubsetSelection choice = q.recipe().data().select();
        if (choice == null) {
            return Optional.empty();
        }
        int rows = Math.min(q.recipe().data().batch(), q.worst().rows());
        try (Rehearsal base = new Rehearsal(Selecting.base(q.recipe()), q.maker(), q.task(), q.seed(), 1)) {
            long loading = base.ledger().peak().bytes();
            Rehearsal.Phase p = base.select("Select", choice, new Batch.Shape(rows, q.worst().length()), rows);
            int passes = choice.views().size();
            return Optional.of(new MemoryPlan.Phase("Select", Math.max(loading, p.peak().bytes()), passes + (passes == 1 ? " pass" : " passes") + " over every row, "
                    + rows + " × " + q.worst().length() + " tokens at a time, base model alone"));
        }
    }

    /** One step of every kind of a phase, of the first phase after its first step; layer draws repeat themselves, so a few stand for all, with the one that goes deepest. */
    private static List<Long> rehearsed(Assembly a, Course.Leg leg, boolean withFirst) {
        Map<Long, Long> kinds = new LinkedHashMap<>();
        long from = withFirst ? leg.from() : leg.from() + 1;
        long before = a.mark(leg.from());
        for (long s = from; s < Math.max(from + 1, Math.min(leg.to(), from + 2000)) && kinds.size() < 4 && (s < leg.to() || !withFirst); s++) {
            long mark = a.mark(s);
            if (withFirst || mark != before) {
                kinds.putIfAbsent(mark, s);
            }
        }
        if (kinds.isEmpty()) {
            return withFirst ? List.of() : List.of(1L);
        }
        TreeSet<Long> steps = new TreeSet<>(kinds.values());
        steps.addAll(Turns.deepest(a, from, leg.to()));
        return List.copyOf(steps);
    }

    private static MemoryPlan describe(Assembly a, Rehearsal.Phase p, Trainables trainables, List<MemoryPlan.Phase> phases, Map<String, long[]> flops) {
        List<Timeline.Instant> instants = p.timeline().instants();
        int at = 0;
        for (int i = 0; i < instants.size(); i++) {
            if (instants.get(i).bytes() > instants.get(at).bytes()) {
                at = i;
            }
        }
        Map<String, long[]> byLayer = new LinkedHashMap<>();
        Map<String, long[]> trained = new LinkedHashMap<>();
        long parameters = 0;
        for (Parameter q : a.parameters()) {
            String layer = Layers.of(q.path());
            byLayer.computeIfAbsent(layer, k -> new long[CATEGORIES]);
            parameters += q.elements();
            if (trainables.trains(q)) {
                trained.computeIfAbsent(layer, k -> new long[1])[0] += q.data().bytes();
            }
        }
        List<Account.View> alive = p.accountsAtPeak();
        for (Account.View v : alive) {
            String layer = Layers.of(v.owner());
            if (!layer.isEmpty()) {
                byLayer.computeIfAbsent(layer, k -> new long[CATEGORIES])[v.category().ordinal()] += v.bytes();
            }
        }
        Map<String, Long> work = new LinkedHashMap<>();
        flops.forEach((owner, n) -> work.merge(Layers.of(owner), n[0], Long::sum));
        List<MemoryPlan.Layer> layers = new ArrayList<>();
        byLayer.forEach((path, bytes) -> layers.add(new MemoryPlan.Layer(path, bytes, trained.getOrDefault(path, new long[1])[0], work.getOrDefault(path, 0L))));
        return new MemoryPlan(new MemoryPlan.Peak(p.peak().bytes(), at, p.peak().op(), p.peak().owner(), p.peak().byCategory()), instants,
                alive, layers, phases, p.flops(), p.calls(), parameters, trainables.elements(), a.decisions());
    }
}
