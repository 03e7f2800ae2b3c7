package headroom.engine.workbench;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What to train.
 *
 * @param plan model, data, method, settings, batch, length, budget
 * @param title shown in lists; empty: made from method and settings
 * @param steps optimizer steps; empty: {@code epochs} decides
 * @param epochs passes over the data; with neither, the method's standard
 * @param evalEvery steps between evaluations; empty: at the end of every epoch and of the run
 * @param checkpointEvery steps between checkpoints; empty: at the end of every epoch and of the run
 * @param seed of everything random in the run
 * @param fresh start from newly drawn weights of the model's shape (pre-training) and not from its weights
 * @param anyway start although the plan is over the budget; the budget still stops the run when it is passed
 */
public record RunRequest(
        PlanRequest plan, Optional<String> title, OptionalInt steps, OptionalInt epochs, OptionalInt evalEvery,
        OptionalInt checkpointEvery, long seed, boolean fresh, boolean anyway) {

    /** A run of {@code plan} with standard length, evaluation and checkpoints, seed 1. */
    public static RunRequest of(PlanRequest plan) {
        return new RunRequest(plan, Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(),
                OptionalInt.empty(), 1, false, false);
    }

    public RunRequest withPlan(PlanRequest other) {
        return new RunRequest(other, title, steps, epochs, evalEvery, checkpointEvery, seed, fresh, anyway);
    }

    public RunRequest withSteps(int count) {
        return new RunRequest(plan, title, OptionalInt.of(count), OptionalInt.empty(), evalEvery, checkpointEvery, seed, fresh, anyway);
    }

    public RunRequest withEpochs(int count) {
        return new RunRequest(plan, title, OptionalInt.empty(), OptionalInt.of(count), evalEvery, checkpointEvery, seed, fresh, anyway);
    }

    public RunRequest withSeed(long value) {
        return new RunRequest(plan, title, steps, epochs, evalEvery, checkpointEvery, value, fresh, anyway);
    }

    public RunRequest startAnyway() {
        return new RunRequest(plan, title, steps, epochs, evalEvery, checkpointEvery, seed, fresh, true);
    }
}
