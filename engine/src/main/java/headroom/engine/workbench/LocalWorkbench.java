package headroom.engine.workbench;

import headroom.engine.store.ExperimentStore;
import headroom.engine.store.RunState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The workbench of this machine: its bundle, its home folder, its processor or card. */
public final class LocalWorkbench implements Workbench {
    private final Path home;
    private final ExperimentStore store;
    private final RunShelf shelf;
    private final Preparation preparation;
    private final PlanDesk plans;
    private final RunDesk runs;
    private final TryDesk tries;
    private final ExportDesk exports;
    private final MachineProbe machine;
    private final NewestWins lanes = new NewestWins();

    private LocalWorkbench(Path home, Optional<Path> bundle) {
        this.home = home;
        this.machine = new MachineProbe(home);
        this.preparation = new Preparation(new ModelShelf(bundle.map(folder -> folder.resolve("models")), home),
                new DataShelf(bundle.map(folder -> folder.resolve("datasets")), home));
        this.plans = new PlanDesk(preparation, this::freeMemory);
        this.store = RunShelf.told(() -> ExperimentStore.open(home));
        this.shelf = new RunShelf(store);
        this.runs = new RunDesk(home, store, shelf, new RunJobs(preparation, plans, this::freeMemory), plans, () -> machine.read().device().isPresent());
        final RunModels models = new RunModels(preparation, shelf);
        this.tries = new TryDesk(models);
        this.exports = new ExportDesk(models, shelf, tries);
    }

    static {
        // the tensor library's binding would otherwise look for a cloud machine's identity and report home
        if (System.getProperty("OPT_OUT_TRACKING") == null) {
            System.setProperty("OPT_OUT_TRACKING", "true");
        }
    }

    /**
     * Opens the workbench of a home folder; the bundle is the folder that the system property {@code headroom.bundle} names.
     *
     * @throws WorkbenchException if the property names no folder, or the home folder cannot be used
     */
    public static Workbench open(Path home) {
        final Optional<Path> bundle = Optional.ofNullable(System.getProperty("headroom.bundle")).filter(text -> !text.isBlank())
                .map(text -> Path.of(text).toAbsolutePath());
        bundle.filter(folder -> !Files.isDirectory(folder)).ifPresent(folder -> {
            throw new WorkbenchException(Problem.of("The bundled models and datasets are missing: there is no folder " + folder + ".",
                    "Your own runs and models are untouched.", "Start with ./headroom, which makes the bundle, or install Headroom again."));
        });
        return open(home, bundle);
    }

    static Workbench open(Path home, Optional<Path> bundle) {
        return new LocalWorkbench(home.toAbsolutePath().normalize(), bundle);
    }

    /** What a run may take when no budget is set: the card's memory, or the main memory that no other process holds. */
    private long freeMemory() {
        final MachineReading now = machine.read();
        return now.device().map(card -> card.totalBytes() - card.otherBytes()).orElseGet(() -> now.ramBytes() - (now.ramUsedBytes() - now.processBytes()));
    }

    @Override
    public Path home() {
        return home;
    }

    @Override
    public Catalog catalog() {
        final List<ModelEntry> models = preparation.models().entries();
        final List<DatasetEntry> datasets = preparation.data().entries();
        return new Catalog(models, datasets, MethodShelf.entries(), MethodShelf.commonSettings(), Samples.of(models, datasets));
    }

    @Override
    public DatasetReport inspect(Path file, ColumnChoice columns, Progress progress) {
        return preparation.data().inspect(file, columns);
    }

    @Override
    public DatasetEntry importDataset(Path file, ColumnChoice columns, Progress progress) {
        return preparation.data().take(file, columns);
    }

    @Override
    public MemoryPlan plan(PlanRequest request, Progress progress) {
        return plans.plan(request, progress);
    }

    @Override
    public MemoryPlan sketch(PlanRequest request, Progress progress) {
        return plans.sketch(request, progress);
    }

    @Override
    public CompletableFuture<MemoryPlan> planNewest(String lane, PlanRequest request) {
        return lanes.ask(lane, progress -> plans.plan(request, progress));
    }

    @Override
    public String start(RunRequest request) {
        return runs.start(request);
    }

    @Override
    public String resume(String run) {
        return runs.resume(run, Optional.empty());
    }

    @Override
    public String resume(String run, PlanRequest changed) {
        return runs.resume(run, Optional.of(changed));
    }

    @Override
    public void command(String run, RunCommand command) {
        runs.command(run, command);
    }

    @Override
    public RunSnapshot snapshot(String run) {
        return runs.snapshot(run);
    }

    @Override
    public RunSnapshot await(String run) throws InterruptedException {
        return runs.await(run);
    }

    @Override
    public Optional<String> liveRun() {
        return runs.live();
    }

    @Override
    public List<RunSummary> runs() {
        return shelf.runs();
    }

    @Override
    public List<RunSummary> interruptedRuns() {
        return shelf.interrupted();
    }

    @Override
    public void leaveStopped(String run) {
        RunShelf.told(() -> {
            store.move(run, RunState.STOPPED, "left stopped after an interruption");
            return run;
        });
    }

    @Override
    public RunDetails show(String run) {
        return shelf.show(run);
    }

    @Override
    public Comparison compare(List<String> asked) {
        return Comparisons.of(asked.stream().map(shelf::show).toList());
    }

    @Override
    public TryResult tryText(String run, String text, Progress progress) {
        return tries.ask(run, text, progress);
    }

    @Override
    public List<HeldOutRow> heldOut(String run, int limit) {
        return tries.heldOut(run, limit);
    }

    @Override
    public ExportReport export(String run, ExportKind kind, Path target, Progress progress) {
        return exports.export(run, kind, target, progress);
    }

    @Override
    public CorpusReport corpus(CorpusRequest request, Progress progress) {
        return new CorpusDesk(preparation.data()).write(request);
    }

    @Override
    public List<ClaimRow> claims(Optional<String> method, Progress progress) {
        return ClaimsShelf.check(method, progress);
    }

    @Override
    public List<StoredMatrix> storing(String model, Optional<String> form, Progress progress) {
        return StorageDesk.storing(preparation.models().find(model), form, progress);
    }

    @Override
    public List<StoredMatrix> calibrating(String model, String form, String data, Progress progress) {
        return StorageDesk.calibrated(preparation.models().find(model), form, preparation.data().load(data, ColumnChoice.GUESS).dataset());
    }

    @Override
    public MachineReading machine() {
        return machine.read();
    }

    @Override
    public Optional<String> setting(String key) {
        return RunShelf.told(() -> store.setting(key)).map(text -> StoredText.read(text, String.class));
    }

    @Override
    public void setting(String key, String value) {
        RunShelf.told(() -> {
            store.setting(key, StoredText.write(value));
            return key;
        });
    }

    @Override
    public void close() {
        lanes.close();
        tries.close();
        runs.close();
        RunShelf.told(() -> {
            store.close();
            return home;
        });
    }
}
