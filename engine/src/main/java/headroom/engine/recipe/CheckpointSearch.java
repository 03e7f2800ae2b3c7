package headroom.engine.recipe;

import headroom.engine.compute.DryCompute;
import headroom.engine.data.Batch;
import headroom.engine.memory.Ledger;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.stack.CheckpointedStack;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks for the checkpoints that compute least again: a candidate is tried by a dry run of a few steps, in which state is made and then used, on the largest batch that the
 * recipe allows. What is found depends on recipe, model and seed alone, so a plan, its run and a resumed run find the same.
 */
final class CheckpointSearch {
    private static final int REMEMBERED = 64;
    private static final int MOST_KINDS = 5;
    private static final long MOST_STEPS = 2000;

    /** What was found before; a window asks for the same plan many times. */
    private static final Map<Question, Found> ANSWERS = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, Found> eldest) {
            return size() > REMEMBERED;
        }
    };

    private final Recipe recipe;
    private final ActivationsChoice.BlockCheckpoint choice;
    private final Assembly.ModelMaker maker;
    private final Assembly.Task task;
    private final long seed;
    private final long totalSteps;

    private record Question(Recipe recipe, ModelConfig model, Assembly.Task task, long seed, long totalSteps) {}

    /** @param decisions what was settled, to be told and recorded */
    record Found(CheckpointedStack stack, List<Decision> decisions) {}

    CheckpointSearch(Recipe recipe, ActivationsChoice.BlockCheckpoint choice, Assembly.ModelMaker maker, Assembly.Task task, long seed, long totalSteps) {
        this.recipe = recipe;
        this.choice = choice;
        this.maker = maker;
        this.task = task;
        this.seed = seed;
        this.totalSteps = totalSteps;
    }

    Found among(ModelConfig model) {
        Question q = new Question(recipe, model, task, seed, totalSteps);
        synchronized (ANSWERS) {
            Found known = ANSWERS.get(q);
            if (known != null) {
                return known;
            }
        }
        int every = choice.every() == 0 ? CheckpointedStack.squareRoot(model.layers()) : choice.every();
        Found found = choice.budget() > 0 ? fewest(every, model.layers()) : whole(every, model.layers());
        synchronized (ANSWERS) {
            ANSWERS.put(q, found);
        }
        return found;
    }

    /** All blocks; the last segment runs once only if that costs no byte of the peak. */
    private Found whole(int every, int layers) {
        CheckpointedStack again = new CheckpointedStack(every);
        CheckpointedStack kept = new CheckpointedStack(every, Integer.MAX_VALUE, true);
        long without = peak(again);
        long with = peak(kept);
        boolean keeps = with <= without;
        Decision last = new Decision("activations.checkpoint.last", keeps ? 0 : Math.min(every, layers),
                "assumed: blocks of the last segment run again; with the largest batch the peak is %,d bytes if they are kept, %,d if not".formatted(with, without));
        return new Found(keeps ? kept : again, choice.every() == 0 ? List.of(segments(every), last) : List.of(last));
    }

    /** As few of the first blocks as fit, by bisection: a later block's saves are gone when an earlier one is run again. */
    private Found fewest(int every, int layers) {
        int low = 0;
        int high = layers;
        while (low < high) {
            int middle = (low + high) / 2;
            if (peak(new CheckpointedStack(every, middle, false)) <= choice.budget()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        CheckpointedStack stack = new CheckpointedStack(every, low, low == layers);
        long peak = peak(stack);
        if (low == layers && peak > choice.budget()) {
            stack = new CheckpointedStack(every, low, false);
            peak = peak(stack);
        }
        return new Found(stack, List.of(new Decision("activations.checkpoint.blocks", low,
                "assumed: first blocks of %d run again, the fewest for a budget of %,d bytes; with the largest batch the peak is %,d bytes".formatted(layers, choice.budget(), peak))));
    }

    private static Decision segments(int every) {
        return new Decision("activations.checkpoint.every", every, "assumed: blocks in a segment, the square root of their number");
    }

    private long peak(CheckpointedStack candidate) {
        Ledger ledger = new Ledger();
        DryCompute dry = new DryCompute(ledger);
        try (Assembly a = new Assembly(dry, recipe, maker, task, seed, totalSteps, candidate)) {
            Batch.Shape largest = recipe.fullBatch();
            for (long step : kinds(a)) {
                List<DeviceBatch> micro = BatchUpload.shaped(dry, largest, recipe.data().accumulate(), a.objective().perToken());
                a.step(step, micro);
                micro.forEach(DeviceBatch::close);
            }
            return ledger.peak().bytes();
        }
    }

    /** The first two steps, and the first of some further kinds: layer draws and renewals book other tensors. */
    private List<Long> kinds(Assembly a) {
        Map<Long, Long> steps = new LinkedHashMap<>();
        steps.put(a.mark(0), 0L);
        steps.putIfAbsent(a.mark(1), 1L);
        for (long s = 2; s < Math.min(totalSteps, MOST_STEPS) && steps.size() < MOST_KINDS; s++) {
            steps.putIfAbsent(a.mark(s), s);
        }
        return List.copyOf(steps.values());
    }
}
