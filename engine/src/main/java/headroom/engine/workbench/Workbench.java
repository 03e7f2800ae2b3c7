package headroom.engine.workbench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The one way to the engine, for the window and the command line alike.
 *
 * <p>Thread-safe. Calls that may take more than a frame are named so ({@code blocking}) and belong on a background thread; the others return
 * what is known at once. Every call may throw {@link WorkbenchException}, whose {@link Problem} is fit for a person; a run that fails does not
 * throw, it ends FAILED with a {@link FailureCard}.
 */
public interface Workbench extends AutoCloseable {

    /** The folder of runs, checkpoints, imported models and settings. */
    Path home();

    /** What there is to choose from. Blocking on the first call (datasets are measured), afterwards at once until something is imported. */
    Catalog catalog();

    /** Reads a file and reports, changing nothing. Blocking. */
    DatasetReport inspect(Path file, ColumnChoice columns, Progress progress);

    /**
     * Takes a file into the catalogue. Blocking.
     *
     * @throws WorkbenchException if no row of it can be used
     */
    DatasetEntry importDataset(Path file, ColumnChoice columns, Progress progress);

    /** Dry run of one step and of every phase. Blocking (milliseconds once warm); cancelled through {@code progress}. */
    MemoryPlan plan(PlanRequest request, Progress progress);

    /** As {@link #plan(PlanRequest, Progress)} but without advice, whose levers each cost a dry run of their own: for badges in lists. Blocking. */
    MemoryPlan sketch(PlanRequest request, Progress progress);

    /**
     * Plans in the background; the newest request of a lane wins.
     *
     * @param lane who asks ({@code what-if}); a request cancels the unfinished older one of its own lane only
     * @return completes on a background thread; with {@link java.util.concurrent.CancellationException} when a newer request came
     */
    CompletableFuture<MemoryPlan> planNewest(String lane, PlanRequest request);

    /**
     * Starts a run in the background. Blocking while its data are read and all of its batches are planned; returns as soon as it is stored
     * as PLANNED.
     *
     * @return the id of the run
     * @throws WorkbenchException if the request cannot be trained: unknown parts, bad rows only, shape-only model, over budget without
     *     {@link RunRequest#anyway()}, or another run is live
     */
    String start(RunRequest request);

    /** Goes on from the newest complete checkpoint of an interrupted, stopped or failed run; begins again where there is none. Blocking as {@link #start}. */
    String resume(String run);

    /** As {@link #resume(String)} with a changed plan: applying a remedy. What cannot change without losing the state is refused. */
    String resume(String run, PlanRequest changed);

    /** Tells a live run something; returns at once. Unknown or ended runs throw. */
    void command(String run, RunCommand command);

    /** The newest snapshot of a run that this workbench started or resumed. */
    RunSnapshot snapshot(String run);

    /** Waits until the run has ended. Blocking. */
    RunSnapshot await(String run) throws InterruptedException;

    /** The run that is live in this process. */
    Optional<String> liveRun();

    /** Stored runs, newest first. */
    List<RunSummary> runs();

    /** Runs whose process ended without ending them and that can be resumed, newest first. */
    List<RunSummary> interruptedRuns();

    /** Leaves an interrupted run stopped: it is no longer offered, its checkpoints stay. */
    void leaveStopped(String run);

    /** Everything stored about a run. Blocking. */
    RunDetails show(String run);

    /** Two or more runs side by side. Blocking. */
    Comparison compare(List<String> runs);

    /**
     * Asks base and tuned model. Blocking: loads both on the first call for a run.
     *
     * @param run id of the run; one of several jobs after a colon, {@code 0042:job2}
     */
    TryResult tryText(String run, String text, Progress progress);

    /** Rows of the run's held-out split, at most {@code limit}, for the Try view. Blocking. */
    List<HeldOutRow> heldOut(String run, int limit);

    /**
     * Writes what a run made. Nothing half-written is left where it fails. Blocking.
     *
     * @throws WorkbenchException if {@code target} exists, or the method cannot be exported so (no adapter, not mergeable)
     */
    ExportReport export(String run, ExportKind kind, Path target, Progress progress);

    /**
     * Writes the generated text that small decoders are pre-trained on, the same bytes for the same request on every machine. Blocking (seconds).
     *
     * @throws WorkbenchException if the folder cannot be written, or a file for the tokenizer cannot be read
     */
    CorpusReport corpus(CorpusRequest request, Progress progress);

    /**
     * Published figures of methods against dry runs at the papers' scale. Blocking (about a second for all); cancelled through {@code progress}.
     *
     * @param method id of the catalog; empty for all of them
     * @return no rows for a method without claims
     */
    List<ClaimRow> claims(Optional<String> method, Progress progress);

    /**
     * What storing the matrices of a model takes and loses, matrix by matrix. Blocking (seconds for a small model).
     *
     * @param model id of the catalog or a folder
     * @param form word of {@code --set weights=}; empty for every form that keeps the matrix
     * @throws WorkbenchException if the weights of the model are not here, or there is no such form
     */
    List<StoredMatrix> storing(String model, Optional<String> form, Progress progress);

    /**
     * Integers for the matrices of a model, rounded in every way there is and chosen by a sweep over columns (GPTQ), judged by what they do to outputs on rows of a dataset. Blocking.
     *
     * @param form int8, int4, int3 or int2
     * @param data id of the catalog or a file
     * @throws WorkbenchException if the weights of the model are not here, or the form is no integers
     */
    List<StoredMatrix> calibrating(String model, String form, String data, Progress progress);

    /** The machine now; at most a second old. */
    MachineReading machine();

    /** A remembered choice of the person (theme, divider positions, budget). */
    Optional<String> setting(String key);

    void setting(String key, String value);

    /** Stops a live run at the next step with a checkpoint, then closes the store. */
    @Override
    void close();
}
