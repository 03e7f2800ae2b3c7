package headroom.app.viewmodel;

import headroom.app.component.Palette;
import headroom.app.component.Units;
import headroom.engine.workbench.Comparison;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.Workbench;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javafx.beans.Observable;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** Runs side by side: which are shown, under which letter, and what is alike and unlike in them. */
public final class CompareViewModel implements AutoCloseable {
    /** As many as have a colour and a dash of their own. */
    public static final int MOST = 4;

    private final Workbench workbench;
    private final Journey journey;
    private final Background background = new Background("compare");
    private final ObservableList<RunSummary> runs = FXCollections.observableArrayList();
    private final ObservableList<RunSummary> runsShown = FXCollections.unmodifiableObservableList(runs);
    private final ReadOnlyObjectWrapper<Comparison> comparison = new ReadOnlyObjectWrapper<>(this, "comparison");
    private final ReadOnlyObjectWrapper<Problem> problem = new ReadOnlyObjectWrapper<>(this, "problem");
    private final ReadOnlyStringWrapper state = new ReadOnlyStringWrapper(this, "state", "No runs yet");
    private final ReadOnlyBooleanWrapper loaded = new ReadOnlyBooleanWrapper(this, "loaded");
    private int asked;

    public CompareViewModel(Workbench workbench, Journey journey) {
        this.workbench = workbench;
        this.journey = journey;
        journey.compared().addListener((Observable o) -> compare());
    }

    /** Runs that have something to show, newest first. */
    public ObservableList<RunSummary> runs() {
        return runsShown;
    }

    /** Ids of the shown runs in the order of their letters. */
    public ObservableList<String> chosen() {
        return journey.compared();
    }

    /** Null while fewer than two runs are chosen. */
    public ReadOnlyObjectProperty<Comparison> comparisonProperty() {
        return comparison.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<Problem> problemProperty() {
        return problem.getReadOnlyProperty();
    }

    public ReadOnlyStringProperty stateProperty() {
        return state.getReadOnlyProperty();
    }

    /** The list was read at least once. */
    public ReadOnlyBooleanProperty loadedProperty() {
        return loaded.getReadOnlyProperty();
    }

    /** Reads the list anew; the two newest finished runs are shown where nothing was chosen. */
    public void refresh() {
        background.work(workbench::runs, found -> {
            final List<RunSummary> shown = found.stream().filter(run -> run.step() > 0).toList();
            if (!runs.equals(shown)) {
                runs.setAll(shown);
            }
            loaded.set(true);
            journey.compared().removeIf(id -> shown.stream().noneMatch(run -> run.run().equals(id)));
            if (journey.compared().size() < 2) {
                shown.stream().filter(run -> run.state() == RunState.FINISHED && !journey.compared().contains(run.run()))
                        .limit(2 - journey.compared().size()).map(RunSummary::run).forEach(journey.compared()::add);
            } else {
                compare();
            }
            describe();
        }, problem::set);
    }

    /** Letter of a run; empty where it is not shown. */
    public String letter(String run) {
        final int at = journey.compared().indexOf(run);
        return at < 0 ? "" : Palette.letter(at);
    }

    /** Shows or hides a run; a fifth one takes the place of the last. */
    public void toggle(String run) {
        if (journey.compared().contains(run)) {
            journey.compared().remove(run);
        } else if (journey.compared().size() < MOST) {
            journey.compared().add(run);
        } else {
            journey.compared().set(MOST - 1, run);
        }
    }

    /** Hides the run with a letter, or does nothing where no run has it. */
    public void hide(int letter) {
        if (letter < journey.compared().size()) {
            journey.compared().remove(letter);
        }
    }

    private void compare() {
        final List<String> ids = List.copyOf(journey.compared());
        final int mine = ++asked;
        describe();
        if (ids.size() < 2) {
            comparison.set(null);
            return;
        }
        background.work(() -> workbench.compare(ids), found -> {
            if (mine == asked) {
                problem.set(null);
                comparison.set(found);
            }
        }, problem::set);
    }

    private void describe() {
        state.set(runs.isEmpty() ? "No runs yet" : journey.compared().size() + " of " + runs.size() + (runs.size() == 1 ? " run" : " runs"));
    }

    /** The table as comma-separated values: settings first, then results; one column per run. */
    public String csv() {
        final Comparison shown = comparison.get();
        if (shown == null) {
            return "";
        }
        final List<List<String>> lines = new ArrayList<>();
        final List<String> head = new ArrayList<>(List.of(""));
        for (int i = 0; i < shown.runs().size(); i++) {
            head.add(Palette.letter(i) + " " + shown.runs().get(i).summary().title() + ", run " + shown.runs().get(i).summary().run());
        }
        lines.add(head);
        for (final List<Comparison.Row> rows : List.of(shown.settings(), shown.results())) {
            rows.forEach(row -> {
                final List<String> line = new ArrayList<>(List.of(row.name()));
                line.addAll(row.values());
                lines.add(line);
            });
        }
        return lines.stream().map(line -> line.stream().map(CompareViewModel::quoted).collect(Collectors.joining(","))).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String quoted(String cell) {
        final String plain = cell.replace(Units.THIN, " ").replace(Units.MINUS, "-");
        return plain.matches("(?s).*[\",\\r\\n].*") ? "\"" + plain.replace("\"", "\"\"") + "\"" : plain;
    }

    /** Writes the table; nothing half-written is left where it fails. @param then gets the file */
    public void export(Path target, Consumer<Path> then) {
        final String text = csv();
        background.work(() -> write(target, text), then, problem::set);
    }

    private static Path write(Path target, String text) {
        try {
            final Path part = Files.createTempFile(target.toAbsolutePath().getParent(), target.getFileName().toString(), ".part");
            Files.writeString(part, text);
            return Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(target + " could not be written", e);
        }
    }

    @Override
    public void close() {
        background.close();
    }
}
