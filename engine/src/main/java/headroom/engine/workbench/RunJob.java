package headroom.engine.workbench;

import headroom.engine.data.BatchSource;
import headroom.engine.data.CheckedDataset;
import headroom.engine.store.NewRun;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Everything an engine thread needs to begin a run.
 *
 * @param source batches of the whole step, at their beginning
 * @param steps of the whole run
 * @param evalEvery steps between evaluations
 * @param checkpointEvery steps between checkpoints
 * @param budgetBytes that the ledger enforces
 * @param dataHash of the data file
 * @param selection which rows are trained on; empty for all
 */
record RunJob(
        RunRequest request, Prepared prepared, CheckedDataset data, BatchSource source, int steps, int evalEvery, int checkpointEvery,
        RunPlan plan, long budgetBytes, String dataHash, Optional<RowSelection> selection) {

    String title() {
        return request.title().orElseGet(() -> prepared.method().method().name());
    }

    NewRun asNewRun() {
        final PlanRequest asked = request.plan();
        return new NewRun(title(), asked.model(), asked.data().orElseThrow(), dataHash, asked.method(), prepared.method().recipe().toJson(),
                StoredText.write(new StoredText.Asked(request, prepared.method().settings())), request.seed(), steps, plan.trainedParameters(),
                budgetBytes, plan.peak().bytes(), StoredText.write(new StoredText.Planned(PlanReading.bytes(plan.peak().byCategory()))));
    }

    RunJob withPlan(RunPlan other) {
        return new RunJob(request, prepared, data, source, steps, evalEvery, checkpointEvery, other, budgetBytes, dataHash, selection);
    }

    /** Where the checkpoints of a run lie. */
    static Path checkpoints(Path home, String run) {
        return home.resolve("runs").resolve(run).resolve("checkpoints");
    }
}
