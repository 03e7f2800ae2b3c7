package headroom.engine.workbench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The workbench of this machine: its bundle, its home folder, its processor or card. */
public final class LocalWorkbench implements Workbench {
    private final Path home;
    private final ModelShelf models;
    private final MachineProbe machine;
    private final NewestWins lanes = new NewestWins();

    private LocalWorkbench(Path home, Optional<Path> bundle) {
        this.home = home;
        this.models = new ModelShelf(bundle.map(folder -> folder.resolve("models")), home);
        this.machine = new MachineProbe(home);
    }

    /**
     * Opens the workbench of a home folder; the bundle is the folder that the system property {@code headroom.bundle} names.
     *
     * @throws WorkbenchException if the property names no folder
     */
    public static Workbench open(Path home) {
        final Optional<Path> bundle = Optional.ofNullable(System.getProperty("headroom.bundle")).filter(text -> !text.isBlank())
                .map(text -> Path.of(text).toAbsolutePath());
        bundle.filter(folder -> !Files.isDirectory(folder)).ifPresent(folder -> {
            throw new WorkbenchException(Problem.of("The bundled models and datasets are missing: there is no folder " + folder + ".",
                    "Your own runs and models are untouched.", "Start with ./headroom, which makes the bundle, or install Headroom again."));
        });
        return new LocalWorkbench(home.toAbsolutePath().normalize(), bundle);
    }

    @Override
    public Path home() {
        return home;
    }

    @Override
    public Catalog catalog() {
        return new Catalog(models.entries(), List.of(), List.of(), List.of(), List.of());
    }

    @Override
    public DatasetReport inspect(Path file, ColumnChoice columns, Progress progress) {
        throw absent("reading datasets");
    }

    @Override
    public DatasetEntry importDataset(Path file, ColumnChoice columns, Progress progress) {
        throw absent("reading datasets");
    }

    @Override
    public MemoryPlan plan(PlanRequest request, Progress progress) {
        models.find(request.model());
        throw absent("planning");
    }

    @Override
    public MemoryPlan sketch(PlanRequest request, Progress progress) {
        return plan(request, progress);
    }

    @Override
    public CompletableFuture<MemoryPlan> planNewest(String lane, PlanRequest request) {
        return lanes.ask(lane, progress -> plan(request, progress));
    }

    @Override
    public String start(RunRequest request) {
        models.find(request.plan().model());
        throw absent("training");
    }

    @Override
    public String resume(String run) {
        throw noRun(run);
    }

    @Override
    public String resume(String run, PlanRequest changed) {
        throw noRun(run);
    }

    @Override
    public void command(String run, RunCommand command) {
        throw noRun(run);
    }

    @Override
    public RunSnapshot snapshot(String run) {
        throw noRun(run);
    }

    @Override
    public RunSnapshot await(String run) {
        throw noRun(run);
    }

    @Override
    public Optional<String> liveRun() {
        return Optional.empty();
    }

    @Override
    public List<RunSummary> runs() {
        return List.of();
    }

    @Override
    public List<RunSummary> interruptedRuns() {
        return List.of();
    }

    @Override
    public void leaveStopped(String run) {
        throw noRun(run);
    }

    @Override
    public RunDetails show(String run) {
        throw noRun(run);
    }

    @Override
    public Comparison compare(List<String> runs) {
        return Comparisons.of(runs.stream().map(this::show).toList());
    }

    @Override
    public TryResult tryText(String run, String text, Progress progress) {
        throw noRun(run);
    }

    @Override
    public List<HeldOutRow> heldOut(String run, int limit) {
        throw noRun(run);
    }

    @Override
    public ExportReport export(String run, ExportKind kind, Path target, Progress progress) {
        throw noRun(run);
    }

    @Override
    public MachineReading machine() {
        return machine.read();
    }

    @Override
    public Optional<String> setting(String key) {
        return Optional.empty();
    }

    @Override
    public void setting(String key, String value) {
        throw absent("remembering settings");
    }

    @Override
    public void close() {
        lanes.close();
    }

    private static WorkbenchException noRun(String run) {
        return new WorkbenchException(Problem.of("There is no run '" + run + "'.", "Nothing was changed.", "headroom runs lists the runs of this home folder."));
    }

    private static WorkbenchException absent(String what) {
        return new WorkbenchException(Problem.of("This build has no " + what + " yet.", "Nothing was changed.", "Build a later version."));
    }
}
