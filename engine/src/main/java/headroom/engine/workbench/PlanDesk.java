package headroom.engine.workbench;

import headroom.engine.data.Batch;
import headroom.engine.plan.Planner;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.Decision;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.TensorMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Plans by dry runs, and prices what could be changed by further ones. */
final class PlanDesk {
    /** Process growth on a CPU is explained by the ledger within this share of it; the memory audit holds it. */
    private static final double BAND = 0.05;
    /** Long enough that every kind of step comes: layer draws, renewals of a basis. */
    private static final long STEPS_OF_A_SCHEDULE = 1000;

    private final Preparation preparation;
    private final LongSupplier freeMemory;

    /** @param freeMemory bytes that a run may take when no budget is set */
    PlanDesk(Preparation preparation, LongSupplier freeMemory) {
        this.preparation = preparation;
        this.freeMemory = freeMemory;
    }

    MemoryPlan plan(PlanRequest request, Progress progress) {
        final MemoryPlan plan = sketch(request, progress);
        final List<MemoryPlan.Phase> phases = new ArrayList<>(plan.preflight());
        final Prepared prepared = preparation.of(request);
        if (!prepared.typical().equals(prepared.worst())) {
            final headroom.engine.plan.MemoryPlan typical = rehearse(prepared, prepared.typical());
            phases.add(Math.min(1, phases.size()), new MemoryPlan.Phase("Train, typical batch", tokens(prepared.typical()), typical.peak().bytes()));
        }
        final List<Advice> advice = new Levers(changed -> sketch(changed, progress)).advice(plan);
        return with(plan, phases, advice, arena(prepared));
    }

    /** Without advice. */
    MemoryPlan sketch(PlanRequest request, Progress progress) {
        stopIfCancelled(progress);
        final long begin = System.nanoTime();
        final Prepared prepared = preparation.of(request);
        final headroom.engine.plan.MemoryPlan found = rehearse(prepared, prepared.worst());
        final List<MemoryInstant> timeline = PlanReading.timeline(found.timeline());
        final MemoryInstant peak = timeline.get(found.peak().instant());
        return new MemoryPlan(request, prepared.method().settings(), found.peak().bytes(),
                new MemoryInstant(peak.index(), 0, 0, peak.phase(), found.peak().op(), found.peak().owner(), PlanReading.bytes(found.peak().byCategory()), peak.hostBytes()),
                0, Math.round(found.highestBytes() * BAND), request.budgetBytes().orElseGet(freeMemory), timeline,
                found.layers().stream().map(PlanReading::layer).filter(PlanReading::holds).toList(), PlanReading.largest(found.largest()),
                found.phases().stream().map(p -> new MemoryPlan.Phase(p.name(), p.note(), p.bytes())).toList(), List.of(), decisions(prepared, found),
                ElementTypes.of(prepared.method().recipe()), found.parameters(), found.trained(), found.flops(), Math.toIntExact(found.calls()), (System.nanoTime() - begin) * 1e-9, Optional.empty());
    }

    private static List<String> decisions(Prepared prepared, headroom.engine.plan.MemoryPlan found) {
        return Stream.concat(prepared.decisions().stream(), found.decisions().stream().map(Decision::words)).toList();
    }

    private static headroom.engine.plan.MemoryPlan rehearse(Prepared prepared, Batch.Shape shape) {
        try {
            return Planner.plan(new Planner.Request(prepared.method().recipe(), prepared.onShapes(), prepared.task(), shape, prepared.heldOut(), 0,
                    STEPS_OF_A_SCHEDULE));
        } catch (IllegalArgumentException e) {
            throw unfit(e);
        }
    }

    /** The storage that a run of the worst training batch would have. */
    private static Optional<ArenaReport> arena(Prepared prepared) {
        final Recipe recipe = prepared.method().recipe();
        if (recipe.memory() == TensorMemory.ALLOCATOR) {
            return Optional.empty();
        }
        return Optional.of(ArenaReport.of(Rehearsal.arena(recipe, prepared.onShapes(), prepared.task(), 0, STEPS_OF_A_SCHEDULE,
                List.of(new Rehearsal.Occasion(0, true, prepared.worst()), new Rehearsal.Occasion(1, true, prepared.worst())))));
    }

    private static String tokens(Batch.Shape shape) {
        return shape.rows() + " × " + shape.length() + " tokens";
    }

    static WorkbenchException unfit(IllegalArgumentException e) {
        return new WorkbenchException(Problem.of("These choices do not fit together: " + e.getMessage(), "Nothing was started.",
                "Change one of them; headroom catalog methods lists the settings."), e);
    }

    private static void stopIfCancelled(Progress progress) {
        if (progress.cancelled()) {
            throw new CancellationException("a newer request came");
        }
    }

    private static MemoryPlan with(MemoryPlan p, List<MemoryPlan.Phase> phases, List<Advice> advice, Optional<ArenaReport> arena) {
        return new MemoryPlan(p.request(), p.resolved(), p.peakBytes(), p.peak(), p.outsideBytes(), p.bandBytes(), p.budgetBytes(), p.timeline(),
                p.perLayer(), p.largest(), phases, advice, p.decisions(), p.elementTypes(), p.parameters(), p.trainedParameters(), p.flops(), p.operations(), p.planSeconds(), arena);
    }
}
