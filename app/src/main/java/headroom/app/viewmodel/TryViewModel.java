package headroom.app.viewmodel;

import headroom.app.component.Units;
import headroom.engine.workbench.ExportKind;
import headroom.engine.workbench.ExportReport;
import headroom.engine.workbench.HeldOutRow;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.TryResult;
import headroom.engine.workbench.Workbench;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javafx.application.Platform;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** A text put to the base model and to the tuned one; the held-out rows answered by both; what can be written out. */
public final class TryViewModel implements AutoCloseable {
    private static final int ROWS = 60;

    private final Workbench workbench;
    private final Journey journey;
    private final Background background = new Background("try");
    private final Background rowsBackground = new Background("try-rows");
    private final AtomicInteger wanted = new AtomicInteger();
    private final ObservableList<RunSummary> runs = FXCollections.observableArrayList();
    private final ObservableList<RunSummary> runsShown = FXCollections.unmodifiableObservableList(runs);
    private final ObservableList<Answered> rows = FXCollections.observableArrayList();
    private final ObservableList<Answered> rowsShown = FXCollections.unmodifiableObservableList(rows);
    private final ReadOnlyObjectWrapper<RunSummary> run = new ReadOnlyObjectWrapper<>(this, "run");
    private final ReadOnlyObjectWrapper<TryResult> result = new ReadOnlyObjectWrapper<>(this, "result");
    private final ReadOnlyObjectWrapper<Problem> problem = new ReadOnlyObjectWrapper<>(this, "problem");
    private final ReadOnlyObjectWrapper<Progress.At> progress = new ReadOnlyObjectWrapper<>(this, "progress");
    private final ReadOnlyObjectWrapper<ExportReport> exported = new ReadOnlyObjectWrapper<>(this, "exported");
    private final ReadOnlyStringWrapper state = new ReadOnlyStringWrapper(this, "state", Units.NONE);
    private final StringProperty text = new SimpleStringProperty(this, "text", "");
    private final BooleanProperty asking = new SimpleBooleanProperty(this, "asking");

    /**
     * A held-out row and what both said.
     *
     * @param base and {@code tuned} null while they were not asked
     */
    public record Answered(HeldOutRow row, String base, String tuned) {
        public boolean asked() {
            return tuned != null;
        }

        /** For a label: whether it was found. */
        public boolean baseRight() {
            return row.expected().equals(base);
        }

        public boolean tunedRight() {
            return row.expected().equals(tuned);
        }
    }

    public TryViewModel(Workbench workbench, Journey journey) {
        this.workbench = workbench;
        this.journey = journey;
        journey.runProperty().addListener((o, was, is) -> run.set(null));
    }

    /** Runs that can be asked, newest first. */
    public ObservableList<RunSummary> runs() {
        return runsShown;
    }

    public ObservableList<Answered> rows() {
        return rowsShown;
    }

    /** Null where no run can be asked. */
    public ReadOnlyObjectProperty<RunSummary> runProperty() {
        return run.getReadOnlyProperty();
    }

    /** Null before the first answer. */
    public ReadOnlyObjectProperty<TryResult> resultProperty() {
        return result.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<Problem> problemProperty() {
        return problem.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<Progress.At> progressProperty() {
        return progress.getReadOnlyProperty();
    }

    /** What was written last; null before. */
    public ReadOnlyObjectProperty<ExportReport> exportedProperty() {
        return exported.getReadOnlyProperty();
    }

    public ReadOnlyStringProperty stateProperty() {
        return state.getReadOnlyProperty();
    }

    public StringProperty textProperty() {
        return text;
    }

    public BooleanProperty askingProperty() {
        return asking;
    }

    /** Reads which runs can be asked and takes the one that Run shows, or else the newest. */
    public void refresh() {
        background.work(workbench::runs, found -> {
            final List<RunSummary> able = found.stream().filter(one -> one.checkpointStep() > 0 && (one.state() == RunState.FINISHED || one.state() == RunState.STOPPED)).toList();
            if (!runs.equals(able)) {
                runs.setAll(able);
            }
            if (run.get() == null || able.stream().noneMatch(one -> one.run().equals(run.get().run()))) {
                choose(able.stream().filter(one -> one.run().equals(journey.runProperty().get())).findFirst().or(() -> able.stream().findFirst()).orElse(null));
            }
        }, problem::set);
    }

    /** Asks another run from now on. */
    public void choose(RunSummary chosen) {
        final int mine = wanted.incrementAndGet();
        run.set(chosen);
        result.set(null);
        exported.set(null);
        problem.set(null);
        rows.clear();
        state.set(chosen == null ? Units.NONE : "Base against run " + chosen.run());
        if (chosen != null) {
            background.work(() -> workbench.heldOut(chosen.run(), ROWS), found -> {
                if (mine == wanted.get()) {
                    rows.setAll(found.stream().map(row -> new Answered(row, null, null)).toList());
                    if (text.get().isBlank() && !found.isEmpty()) {
                        text.set(found.getFirst().text());
                    }
                    answerRows(chosen.run(), found, mine);
                }
            }, problem::set);
        }
    }

    /** Puts the text to both. */
    public void ask() {
        final RunSummary chosen = run.get();
        final String words = text.get().strip();
        if (chosen == null || words.isEmpty() || asking.get()) {
            return;
        }
        asking.set(true);
        background.work(() -> workbench.tryText(chosen.run(), words, telling()), answer -> {
            asking.set(false);
            progress.set(null);
            problem.set(null);
            if (run.get() != null && chosen.run().equals(run.get().run())) {
                result.set(answer);
            }
        }, why -> {
            asking.set(false);
            progress.set(null);
            problem.set(why);
        });
    }

    /** The label this text should get, where it is a held-out row. */
    public java.util.Optional<String> expected(String words) {
        return rows.stream().map(Answered::row).filter(row -> row.text().equals(words) && !row.expected().isEmpty()).map(HeldOutRow::expected).findFirst();
    }

    /** Rows with labels are answered one after the other; each answer stands in the list as it comes. */
    private void answerRows(String id, List<HeldOutRow> found, int mine) {
        if (found.stream().anyMatch(row -> row.expected().isEmpty())) {
            return;
        }
        rowsBackground.work(() -> {
            for (int i = 0; i < found.size(); i++) {
                if (mine != wanted.get()) {
                    throw new CancellationException("another run was chosen");
                }
                final int at = i;
                final TryResult answer = workbench.tryText(id, found.get(i).text(), Progress.SILENT);
                Platform.runLater(() -> {
                    if (mine == wanted.get()) {
                        rows.set(at, new Answered(found.get(at), answer.base().text(), answer.tuned().text()));
                    }
                });
            }
            return mine;
        }, done -> { }, why -> {
            if (mine == wanted.get()) {
                problem.set(why);
            }
        });
    }

    /** How many of the rows that were asked so far are as a condition says. */
    public long count(Predicate<Answered> condition) {
        return rows.stream().filter(Answered::asked).filter(condition).count();
    }

    /** Writes what the run made. */
    public void export(ExportKind kind, Path target) {
        final String id = run.get().run();
        background.work(() -> workbench.export(id, kind, target, telling()), report -> {
            progress.set(null);
            problem.set(null);
            exported.set(report);
        }, why -> {
            progress.set(null);
            problem.set(why);
        });
    }

    private Progress telling() {
        return at -> Platform.runLater(() -> progress.set(at));
    }

    /** Opens one file or folder after the other: {@code then} is told when it is written. */
    public void onExported(Consumer<ExportReport> then) {
        exported.addListener((o, was, is) -> {
            if (is != null) {
                then.accept(is);
            }
        });
    }

    @Override
    public void close() {
        wanted.incrementAndGet();
        rowsBackground.close();
        background.close();
    }
}
