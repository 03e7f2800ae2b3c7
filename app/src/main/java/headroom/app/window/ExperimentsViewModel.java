package headroom.app.window;

import headroom.engine.workbench.ExportKind;
import headroom.engine.workbench.ExportReport;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.Workbench;
import headroom.engine.workbench.WorkbenchException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javafx.application.Platform;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** Every stored run, read in the background; what can be done with one or several. */
public final class ExperimentsViewModel implements AutoCloseable {
    private final Workbench workbench;
    private final ObservableList<RunSummary> runs = FXCollections.observableArrayList();
    private final ReadOnlyObjectWrapper<Problem> problem = new ReadOnlyObjectWrapper<>(this, "problem");
    private final ReadOnlyStringWrapper state = new ReadOnlyStringWrapper(this, "state", "");
    private final ExecutorService background = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("experiments").daemon().factory());

    public ExperimentsViewModel(Workbench workbench) {
        this.workbench = workbench;
    }

    /** Newest first. */
    public ObservableList<RunSummary> runs() {
        return FXCollections.unmodifiableObservableList(runs);
    }

    /** What went wrong last; null where nothing did. */
    public ReadOnlyObjectProperty<Problem> problemProperty() {
        return problem.getReadOnlyProperty();
    }

    public ReadOnlyStringProperty stateProperty() {
        return state.getReadOnlyProperty();
    }

    /** Reads the list anew. */
    public void refresh() {
        work(workbench::runs, found -> {
            if (!runs.equals(found)) {
                runs.setAll(found);
            }
            state.set(found.isEmpty() ? "No runs yet" : found.size() == 1 ? "1 run" : found.size() + " runs");
        });
    }

    /** Goes on from the newest checkpoint. @param then gets the id of the run that goes on */
    public void resume(String run, Consumer<String> then) {
        work(() -> workbench.resume(run), then);
    }

    /** Leaves an interrupted run stopped; its checkpoints stay. */
    public void leaveStopped(String run) {
        work(() -> {
            workbench.leaveStopped(run);
            return run;
        }, done -> refresh());
    }

    /** Writes curves or a report. @param then gets what was written */
    public void export(String run, ExportKind kind, Path target, Consumer<ExportReport> then) {
        work(() -> workbench.export(run, kind, target, Progress.SILENT), then);
    }

    @Override
    public void close() {
        background.shutdownNow();
    }

    private <T> void work(Supplier<T> job, Consumer<T> then) {
        background.execute(() -> {
            try {
                final T result = job.get();
                Platform.runLater(() -> {
                    problem.set(null);
                    then.accept(result);
                });
            } catch (WorkbenchException e) {
                Platform.runLater(() -> problem.set(e.problem()));
            } catch (RuntimeException e) {
                Platform.runLater(() -> problem.set(new WorkbenchException(
                        new Problem("The experiments could not be read: " + e.getMessage() + ".", "Nothing was changed.", List.of("Try again, or copy the report."), ""), e).problem()));
            }
        });
    }
}
