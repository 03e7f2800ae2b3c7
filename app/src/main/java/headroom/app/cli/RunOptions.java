package headroom.app.cli;

import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.RunRequest;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of a run beyond those of its plan. */
final class RunOptions {
    @Option(names = "--steps", paramLabel = "N", description = "optimizer steps")
    private Integer steps;

    @Option(names = "--epochs", paramLabel = "N", description = "passes over the data")
    private Integer epochs;

    @Option(names = "--eval-every", paramLabel = "N", description = "steps between evaluations (default: once per epoch and at the end)")
    private Integer evalEvery;

    @Option(names = "--checkpoint-every", paramLabel = "N", description = "steps between checkpoints (default: once per epoch and at the end)")
    private Integer checkpointEvery;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "seed of everything random in the run (default: 1)")
    private long seed;

    @Option(names = "--title", paramLabel = "TEXT", description = "name of the run in lists (default: made from the method)")
    private String title;

    @Option(names = "--anyway", description = "start although the plan is over the budget; the budget still stops the run when it is passed")
    private boolean anyway;

    RunRequest request(PlanOptions plan, boolean fresh) {
        final PlanRequest planned = plan.request(true);
        if (steps != null && epochs != null) {
            throw plan.wrong("--steps and --epochs exclude each other: both say when the run ends");
        }
        plan.atLeastOne("--steps", steps);
        plan.atLeastOne("--epochs", epochs);
        plan.atLeastOne("--eval-every", evalEvery);
        plan.atLeastOne("--checkpoint-every", checkpointEvery);
        return new RunRequest(planned, Optional.ofNullable(title), PlanOptions.optional(steps), PlanOptions.optional(epochs),
                PlanOptions.optional(evalEvery), PlanOptions.optional(checkpointEvery), seed, fresh, anyway);
    }
}
