package headroom.engine.workbench;

import headroom.engine.data.Batch;
import headroom.engine.data.BatchSource;
import headroom.engine.data.Cursor;
import headroom.engine.memory.Ledger;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.Decision;
import headroom.engine.recipe.run.Course;
import headroom.engine.tape.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The peak of a run whose batches are known: their order follows from the seed, so every shape that will come is known before the first step, and
 * the plan can be held against the measurement to the byte.
 *
 * @param peak the highest total of loading, all steps and all evaluations
 * @param trainedParameters of the first step
 * @param layers of the model, in order
 * @param decisions the shapes it rests on, in words
 */
record RunPlan(Ledger.Peak peak, long trainedParameters, List<String> layers, List<String> decisions) {
    /** Draws of layers repeat what they book; after so many kinds of step no new peak comes. */
    private static final int MOST_KINDS = 200;

    RunPlan {
        layers = List.copyOf(layers);
        decisions = List.copyOf(decisions);
    }

    /**
     * @param fresh true if the run draws its weights, which takes scratch, and reads none
     * @param source at any place; it is put to its beginning
     * @param done steps that are taken, from the first
     * @param steps of the whole run, which the schedule of rates and draws follows
     * @param decided sizes that a run has found, in place of assumptions
     * @param before peak of what was done and freed before the run's own model was loaded
     */
    static RunPlan of(Prepared prepared, boolean fresh, long seed, BatchSource source, int done, int steps, Collection<Decision> decided, Optional<Ledger.Peak> before) {
        final List<Batch.Shape> shapes = shapes(source, done, new Course(prepared.method().recipe(), steps));
        final Collection<Batch.Shape> heldOut = largest(source.heldOut().stream().map(Batch::shape).toList());
        try (Rehearsal rehearsal = new Rehearsal(prepared.method().recipe(), fresh ? prepared.fresh(seed) : prepared.onShapes(), prepared.task(), seed, steps, decided)) {
            Ledger.Peak highest = higher(rehearsal.ledger().peak(), before.orElseGet(rehearsal.ledger()::peak));
            int preparing = 0;
            final Map<Long, Map<Batch.Shape, Occasion>> kinds = new LinkedHashMap<>();
            for (int step = 0; step < done; step++) {
                final long mark = rehearsal.assembly().mark(step);
                if (kinds.size() < MOST_KINDS || kinds.containsKey(mark)) {
                    kinds.computeIfAbsent(mark, _ -> new LinkedHashMap<>()).merge(rows(shapes.get(step)), new Occasion(step, shapes.get(step)),
                            (a, b) -> a.shape().length() >= b.shape().length() ? a : b);
                }
            }
            for (final Batch.Shape shape : shapes(source, rehearsal.assembly().course().preparing())) {
                highest = higher(highest, rehearsal.step("prepare", -1 - preparing++, shape).peak());
            }
            // of batches with as many rows the longest books most; fewer but longer rows may need more than a full batch
            for (final Map<Batch.Shape, Occasion> byRows : kinds.values()) {
                for (final Occasion occasion : byRows.values()) {
                    highest = higher(highest, rehearsal.step("train", occasion.step(), occasion.shape()).peak());
                }
            }
            for (final Batch.Shape shape : heldOut) {
                highest = higher(highest, rehearsal.evaluate("evaluate", shape).peak());
            }
            return new RunPlan(highest, rehearsal.assembly().trainables(0).elements(), layers(rehearsal.assembly().parameters()),
                    decisions(shapes, heldOut, rehearsal.assembly().decisions()));
        } catch (IllegalArgumentException e) {
            throw PlanDesk.unfit(e);
        }
    }

    private record Occasion(int step, Batch.Shape shape) {}

    private static Ledger.Peak higher(Ledger.Peak a, Ledger.Peak b) {
        return b.bytes() > a.bytes() ? b : a;
    }

    /** Shapes of the batches that are taken before the first step. */
    private static List<Batch.Shape> shapes(BatchSource source, int preparing) {
        source.seek(Cursor.START);
        final List<Batch.Shape> shapes = Stream.generate(() -> source.next().shape()).limit(preparing).toList();
        source.seek(Cursor.START);
        return shapes;
    }

    /** Shapes of the first steps in the order of the run; the source is put back to its beginning. */
    private static List<Batch.Shape> shapes(BatchSource source, int steps, Course course) {
        source.seek(Cursor.START);
        final List<Batch.Shape> shapes = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            if (course.restartsDataAt(step)) {
                source.seek(Cursor.START);
            }
            shapes.add(source.next().shape());
        }
        source.seek(Cursor.START);
        return shapes;
    }

    /** A shape without its length: how many rows, and whose. */
    private static Batch.Shape rows(Batch.Shape shape) {
        return new Batch.Shape(shape.rows(), 0, shape.slots(), shape.jobs());
    }

    private static Collection<Batch.Shape> largest(List<Batch.Shape> shapes) {
        final Map<Batch.Shape, Batch.Shape> byRows = new LinkedHashMap<>();
        shapes.forEach(shape -> byRows.merge(rows(shape), shape, (a, b) -> a.length() >= b.length() ? a : b));
        return byRows.values();
    }

    private static long cells(Batch.Shape shape) {
        return (long) shape.rows() * shape.length();
    }

    private static List<String> layers(Collection<Parameter> parameters) {
        return parameters.stream().map(parameter -> headroom.engine.plan.Layers.of(parameter.path())).distinct().toList();
    }

    private static List<String> decisions(List<Batch.Shape> trained, Collection<Batch.Shape> heldOut, List<Decision> settled) {
        final List<String> decisions = new ArrayList<>(settled.stream().map(Decision::words).toList());
        trained.stream().max(Comparator.comparingLong(RunPlan::cells))
                .ifPresent(shape -> decisions.add("largest training batch " + shape.rows() + " × " + shape.length()));
        heldOut.stream().max(Comparator.comparingLong(RunPlan::cells))
                .ifPresent(shape -> decisions.add("largest evaluation batch " + shape.rows() + " × " + shape.length()));
        return decisions;
    }
}
