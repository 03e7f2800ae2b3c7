package headroom.app.viewmodel;

import headroom.engine.workbench.ClaimRow;
import headroom.engine.workbench.MethodEntry;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.Workbench;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javafx.application.Platform;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;

/** Published figures of the chosen method beside planned ones: checked in the background when asked, and remembered. Window's thread only. */
public final class ClaimsViewModel implements AutoCloseable {
    /** What stands where the claims belong. */
    public sealed interface State {
        /** Nobody recorded a figure. */
        record None() implements State {}

        /** There are figures, and nobody asked yet. */
        record Unasked() implements State {}

        /** @param done of {@code total} claims; {@code total} is 0 before the first is begun */
        record Checking(long done, long total) implements State {}

        record Checked(List<ClaimRow> rows) implements State {
            public long holding() {
                return rows.stream().filter(ClaimRow::holds).count();
            }
        }

        record Failed(Problem problem) implements State {}
    }

    private final Workbench workbench;
    private final Background background = new Background("claims");
    private final Map<String, State> known = new HashMap<>();
    private final ReadOnlyObjectWrapper<State> state = new ReadOnlyObjectWrapper<>(this, "state", new State.None());
    private MethodEntry method;
    private volatile boolean closed;

    ClaimsViewModel(Workbench workbench) {
        this.workbench = workbench;
    }

    public ReadOnlyObjectProperty<State> stateProperty() {
        return state.getReadOnlyProperty();
    }

    /** Shows what is known of a method; null for none. */
    void show(MethodEntry chosen) {
        method = chosen;
        state.set(chosen == null || !chosen.claims() ? new State.None() : known.getOrDefault(chosen.id(), new State.Unasked()));
    }

    /** Checks the claims of the chosen method. */
    public void check() {
        final State now = state.get();
        if (method == null || now instanceof State.None || now instanceof State.Checking) {
            return;
        }
        final String id = method.id();
        put(id, new State.Checking(0, 0));
        final Progress progress = new Progress() {
            @Override
            public void at(At at) {
                Platform.runLater(() -> put(id, new State.Checking(at.done(), at.total())));
            }

            @Override
            public boolean cancelled() {
                return closed;
            }
        };
        background.work(() -> workbench.claims(Optional.of(id), progress), rows -> put(id, new State.Checked(rows)), problem -> put(id, new State.Failed(problem)));
    }

    private void put(String id, State is) {
        known.put(id, is);
        if (method != null && method.id().equals(id)) {
            state.set(is);
        }
    }

    @Override
    public void close() {
        closed = true;
        background.close();
    }
}
