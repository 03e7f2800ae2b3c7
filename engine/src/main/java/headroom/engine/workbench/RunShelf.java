package headroom.engine.workbench;

import headroom.engine.memory.Category;
import headroom.engine.store.CategoryColumns;
import headroom.engine.store.ExperimentStore;
import headroom.engine.store.Measured;
import headroom.engine.store.StoreException;
import headroom.engine.store.StoredCheckpoint;
import headroom.engine.store.StoredEvaluation;
import headroom.engine.store.StoredEvent;
import headroom.engine.store.StoredMemory;
import headroom.engine.store.StoredRun;
import headroom.engine.store.StoredStep;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The stored runs as the facade shows them. */
final class RunShelf {
    private final ExperimentStore store;

    RunShelf(ExperimentStore store) {
        this.store = store;
    }

    List<RunSummary> runs() {
        return told(() -> store.runs().stream().map(RunShelf::summary).toList());
    }

    List<RunSummary> interrupted() {
        return told(() -> store.interruptedRuns().stream().map(RunShelf::summary).toList());
    }

    /** The run as stored; names what runs there are when it is unknown. */
    StoredRun stored(String run) {
        return told(() -> store.run(run));
    }

    RunDetails show(String run) {
        return told(() -> details(run));
    }

    private RunDetails details(String id) {
        store.flush();
        final StoredRun run = store.run(id);
        final StoredText.Asked asked = asked(run);
        final StepHistory.Recorder history = new StepHistory.Recorder();
        store.steps(id).forEach(step -> add(history, step));
        final List<Integer> withMemory = store.stepsWithMemory(id);
        final List<MemoryInstant> oneStep = withMemory.isEmpty() ? List.of() : instants(store.memory(id, withMemory.getLast()));
        final CategoryBytes planned = StoredText.read(run.asked().planJson(), StoredText.Planned.class).byCategoryAtPeak();
        return new RunDetails(summary(run), asked.request(), asked.settings(), history.soFar(),
                store.evaluations(id).stream().map(RunShelf::evaluation).toList(), planned, oneStep,
                store.events(id).reversed().stream().map(RunShelf::event).toList(),
                store.checkpoints(id).stream().map(RunShelf::checkpoint).toList(),
                run.measured().map(Measured::growthBytes).orElse(0L), took(run).map(StoredText.Took::decisions).orElse(List.of()),
                run.failureJson().map(text -> StoredText.read(text, FailureCard.class)), took(run).flatMap(StoredText.Took::arena));
    }

    static StoredText.Asked asked(StoredRun run) {
        return StoredText.read(run.asked().requestJson(), StoredText.Asked.class);
    }

    static RunSummary summary(StoredRun run) {
        return new RunSummary(run.id(), run.asked().name(), run.asked().model(), run.asked().dataset(), run.asked().method(),
                RunState.valueOf(run.state().name()), run.interrupted(), run.created(), run.asked().seed(), run.step(), run.asked().stepsTotal(),
                run.checkpointStep(), run.loss(), run.metrics(), run.measured().map(Measured::peakBytes).orElse(0L),
                run.asked().plannedPeakBytes(), took(run).map(StoredText.Took::byCategoryAtPeak).orElse(CategoryBytes.ZERO), run.asked().budgetBytes(),
                run.measured().map(Measured::tokensPerSecond).orElse(0.0), run.measured().map(Measured::seconds).orElse(0.0),
                run.asked().trainedParameters());
    }

    private static Optional<StoredText.Took> took(StoredRun run) {
        return run.measured().map(measured -> StoredText.read(measured.byCategoryJson(), StoredText.Took.class));
    }

    static void add(StepHistory.Recorder history, StoredStep step) {
        history.add(step.step(), step.seconds(), step.tokens(), step.epoch(), step.loss(), step.learningRate(), step.gradientNorm(),
                step.tokensPerSecond(), step.peakBytes());
    }

    static Evaluation evaluation(StoredEvaluation stored) {
        return new Evaluation(stored.step(), stored.seconds(), stored.tokens(), stored.epoch(), stored.metrics(), stored.peakBytes());
    }

    static RunEvent event(StoredEvent stored) {
        return new RunEvent(stored.at(), stored.step(), RunEvent.Level.valueOf(stored.level().name()), stored.title(), stored.detail());
    }

    static CheckpointEntry checkpoint(StoredCheckpoint stored) {
        return new CheckpointEntry(stored.step(), stored.created(), stored.folder(), stored.bytes(), stored.hash(), stored.verified());
    }

    static StoredMemory.Sample sample(MemoryInstant at) {
        final Map<Category, Long> bytes = new EnumMap<>(Category.class);
        for (final Category category : Category.values()) {
            bytes.put(category, at.bytes().get(category));
        }
        return new StoredMemory.Sample(at.index(), at.seconds(), at.phase(), at.op(), at.owner(), CategoryColumns.of(bytes), at.hostBytes());
    }

    private static List<MemoryInstant> instants(StoredMemory memory) {
        return memory.samples().stream().map(s -> new MemoryInstant(s.instant(), s.seconds(), memory.step(), s.phase(), s.op(), s.owner(),
                CategoryBytes.of(s.bytes().asMap()), s.hostBytes())).toList();
    }

    /** What the store says, in the words of the facade. */
    static <T> T told(Supplier<T> asked) {
        try {
            return asked.get();
        } catch (StoreException e) {
            throw new WorkbenchException(Problem.of(e.what(), e.safe(), e.todo()), e);
        }
    }
}
