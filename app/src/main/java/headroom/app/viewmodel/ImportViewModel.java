package headroom.app.viewmodel;

import headroom.engine.workbench.ColumnChoice;
import headroom.engine.workbench.DatasetEntry;
import headroom.engine.workbench.DatasetReport;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.Workbench;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javafx.application.Platform;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;

/** A file on its way into the catalogue: read, its columns chosen, its bad rows named, then taken. */
public final class ImportViewModel implements AutoCloseable {
    private final Workbench workbench;
    private final Background background = new Background("import");
    private final AtomicInteger wanted = new AtomicInteger();
    private final ReadOnlyObjectWrapper<DatasetReport> report = new ReadOnlyObjectWrapper<>(this, "report");
    private final ReadOnlyObjectWrapper<Problem> problem = new ReadOnlyObjectWrapper<>(this, "problem");
    private final ReadOnlyObjectWrapper<Progress.At> progress = new ReadOnlyObjectWrapper<>(this, "progress");
    private final ReadOnlyObjectWrapper<Path> file = new ReadOnlyObjectWrapper<>(this, "file");

    public ImportViewModel(Workbench workbench) {
        this.workbench = workbench;
    }

    /** What the reading showed; null before it ended. */
    public ReadOnlyObjectProperty<DatasetReport> reportProperty() {
        return report.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<Problem> problemProperty() {
        return problem.getReadOnlyProperty();
    }

    /** How far reading or taking is; null while nothing is under way. */
    public ReadOnlyObjectProperty<Progress.At> progressProperty() {
        return progress.getReadOnlyProperty();
    }

    /** Null while no file is being looked at. */
    public ReadOnlyObjectProperty<Path> fileProperty() {
        return file.getReadOnlyProperty();
    }

    /** Reads a file with the columns a guess takes. */
    public void read(Path path) {
        file.set(path);
        report.set(null);
        inspect(ColumnChoice.GUESS);
    }

    /** Reads it again with other columns. @param label empty where the model learns the next token */
    public void choose(List<String> text, Optional<String> label) {
        inspect(new ColumnChoice(text, label));
    }

    /** Leaves the file alone. */
    public void leave() {
        wanted.incrementAndGet();
        file.set(null);
        report.set(null);
        problem.set(null);
        progress.set(null);
    }

    private void inspect(ColumnChoice columns) {
        final int mine = wanted.incrementAndGet();
        final Path path = file.get();
        begin("reading " + path.getFileName());
        background.work(() -> workbench.inspect(path, columns, telling(mine)), found -> {
            if (mine == wanted.get()) {
                progress.set(null);
                report.set(found);
            }
        }, why -> fail(mine, why));
    }

    /** Takes the file with the columns of the report. @param then gets the new entry */
    public void take(Consumer<DatasetEntry> then) {
        final int mine = wanted.incrementAndGet();
        final Path path = file.get();
        final ColumnChoice columns = report.get().used();
        begin("taking " + path.getFileName());
        background.work(() -> workbench.importDataset(path, columns, telling(mine)), entry -> {
            leave();
            then.accept(entry);
        }, why -> fail(mine, why));
    }

    private void begin(String what) {
        problem.set(null);
        progress.set(new Progress.At(what, 0, 0, "rows"));
    }

    private void fail(int asked, Problem why) {
        if (asked == wanted.get()) {
            progress.set(null);
            problem.set(why);
        }
    }

    private Progress telling(int mine) {
        return new Progress() {
            @Override
            public void at(At at) {
                Platform.runLater(() -> {
                    if (mine == wanted.get()) {
                        progress.set(at);
                    }
                });
            }

            @Override
            public boolean cancelled() {
                return mine != wanted.get();
            }
        };
    }

    @Override
    public void close() {
        wanted.incrementAndGet();
        background.close();
    }
}
