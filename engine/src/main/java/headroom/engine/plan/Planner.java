package headroom.engine.plan;

import headroom.engine.data.Batch;
import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Timeline;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Trainables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        try (Rehearsal r = new Rehearsal(q.recipe(), q.maker(), q.task(), q.seed(), q.totalSteps())) {
            List<MemoryPlan.Phase> phases = new ArrayList<>();
            phases.add(new MemoryPlan.Phase("Load", r.ledger().peak().bytes(), "weights, one matrix at a time"));
            Rehearsal.Phase highest = r.step("Train, first step", 0, q.worst());
            phases.add(new MemoryPlan.Phase(highest.name(), highest.peak().bytes(), "optimizer state is made"));
            long highestStep = 0;
            Map<String, long[]> flops = Map.of();
            for (long step : rehearsed(r.assembly(), q.totalSteps())) {
                Map<String, long[]> metered = r.assembly().compute().meterOwners();
                Rehearsal.Phase p = r.step("Train, worst batch", step, q.worst());
                if (flops.isEmpty() || p.peak().bytes() >= highest.peak().bytes()) {
                    highest = p;
                    highestStep = step;
                    flops = metered;
                }
            }
            phases.add(new MemoryPlan.Phase("Train, worst batch", highest.peak().bytes(), q.worst().rows() + " × " + q.worst().length() + " tokens"));
            if (q.evaluation() != null) {
                Rehearsal.Phase e = r.evaluate("Evaluate", q.evaluation());
                phases.add(new MemoryPlan.Phase("Evaluate", e.peak().bytes(), q.evaluation().rows() + " × " + q.evaluation().length() + " tokens, no tape"));
            }
            return describe(r.assembly(), highest, highestStep, phases, flops);
        }
    }

    /** One step of every kind after the first; layer draws repeat themselves, so a few stand for all, with the one that goes deepest. */
    private static List<Long> rehearsed(Assembly a, long totalSteps) {
        Map<Long, Long> kinds = new LinkedHashMap<>();
        long first = a.mark(0);
        for (long s = 1; s < Math.max(2, Math.min(totalSteps, 2000)) && kinds.size() < 4; s++) {
            long mark = a.mark(s);
            if (mark != first) {
                kinds.putIfAbsent(mark, s);
            }
        }
        if (kinds.isEmpty()) {
            return List.of(1L);
        }
        TreeSet<Long> steps = new TreeSet<>(kinds.values());
        steps.addAll(Turns.deepest(a, 1, totalSteps));
        return List.copyOf(steps);
    }

    private static MemoryPlan describe(Assembly a, Rehearsal.Phase p, long step, List<MemoryPlan.Phase> phases, Map<String, long[]> flops) {
        List<Timeline.Instant> instants = p.timeline().instants();
        int at = 0;
        for (int i = 0; i < instants.size(); i++) {
            if (instants.get(i).bytes() > instants.get(at).bytes()) {
                at = i;
            }
        }
        Map<String, long[]> byLayer = new LinkedHashMap<>();
        Trainables trainables = a.trainables(step);
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
