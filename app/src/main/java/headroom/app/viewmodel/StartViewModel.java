package headroom.app.viewmodel;

import headroom.app.component.Units;
import headroom.engine.workbench.Catalog;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.Workbench;
import java.util.List;
import java.util.function.Consumer;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** What was interrupted and can go on, what was run before, and samples to begin with. */
public final class StartViewModel implements AutoCloseable {
    private static final int RECENT = 8;

    private final Workbench workbench;
    private final Journey journey;
    private final Background background = new Background("start");
    private final ObservableList<RunSummary> interrupted = FXCollections.observableArrayList();
    private final ObservableList<RunSummary> interruptedShown = FXCollections.unmodifiableObservableList(interrupted);
    private final ObservableList<RunSummary> recent = FXCollections.observableArrayList();
    private final ObservableList<RunSummary> recentShown = FXCollections.unmodifiableObservableList(recent);
    private final ReadOnlyObjectWrapper<Problem> problem = new ReadOnlyObjectWrapper<>(this, "problem");
    private final ReadOnlyBooleanWrapper loaded = new ReadOnlyBooleanWrapper(this, "loaded");

    public StartViewModel(Workbench workbench, Journey journey) {
        this.workbench = workbench;
        this.journey = journey;
    }

    /** Newest first. */
    public ObservableList<RunSummary> interrupted() {
        return interruptedShown;
    }

    public ObservableList<RunSummary> recent() {
        return recentShown;
    }

    public Journey journey() {
        return journey;
    }

    public ReadOnlyObjectProperty<Problem> problemProperty() {
        return problem.getReadOnlyProperty();
    }

    public ReadOnlyBooleanProperty loadedProperty() {
        return loaded.getReadOnlyProperty();
    }

    /** Reads both lists; @param recover hears that something can be recovered */
    public void load(Runnable recover) {
        background.work(() -> List.of(workbench.interruptedRuns(), workbench.runs()), found -> {
            interrupted.setAll(found.getFirst());
            recent.setAll(found.getLast().stream().filter(run -> !run.interrupted()).limit(RECENT).toList());
            loaded.set(true);
            if (!interrupted.isEmpty()) {
                recover.run();
            }
        }, problem::set);
    }

    /** Goes on from the newest checkpoint. @param then gets the run */
    public void resume(RunSummary run, Consumer<String> then) {
        background.work(() -> workbench.resume(run.run()), id -> {
            interrupted.removeIf(one -> one.run().equals(id));
            open(id, then);
        }, problem::set);
    }

    /** Shows a run without resuming it. */
    public void open(String id, Consumer<String> then) {
        problem.set(null);
        journey.runProperty().set("");
        journey.runProperty().set(id);
        then.accept(id);
    }

    /** It is not offered any more; its checkpoints stay. */
    public void leaveStopped(RunSummary run) {
        background.work(() -> {
            workbench.leaveStopped(run.run());
            return run;
        }, done -> load(() -> { }), problem::set);
    }

    /** Chooses what a sample names; it is planned, not started. */
    public void choose(Catalog.Sample sample) {
        final Catalog catalog = journey.catalogProperty().get();
        final PlanRequest plan = sample.request().plan();
        catalog.model(plan.model()).ifPresent(journey.modelProperty()::set);
        plan.data().flatMap(catalog::dataset).ifPresent(journey.datasetProperty()::set);
        catalog.method(plan.method()).ifPresent(journey.methodProperty()::set);
    }

    /** What is lost and what is kept, for the offer. */
    public static String offer(RunSummary run) {
        final int lost = run.step() - Math.max(0, run.checkpointStep());
        return (run.checkpointStep() >= 0 ? "Checkpoint " + Units.count(run.checkpointStep()) + " is complete, " : "There is no checkpoint yet, it begins again: ")
                + (lost == 0 ? "nothing is lost" : lost == 1 ? "1 step is lost" : Units.count(lost) + " steps are lost")
                + ". The resumed losses will equal those of an unbroken run.";
    }

    @Override
    public void close() {
        background.close();
    }
}
