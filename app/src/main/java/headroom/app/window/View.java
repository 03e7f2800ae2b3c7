package headroom.app.window;

import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;

/**
 * One page of the window. A view holds nodes and no logic; it is built once and stays, so that coming back finds it as it was left.
 */
public interface View {
    /** {@code catalog}, {@code plan}, {@code run}, {@code compare}, {@code try}, {@code learn}, {@code experiments}. */
    String id();

    /** The name in the header. */
    String title();

    /** Fills everything between header and status bar. Panes in it carry the style class {@code pane}: F6 goes from one to the next. */
    Node root();

    /** Takes the keyboard when the view is shown. */
    Node focusTarget();

    /** What was decided here, in one line under the title ({@code QLoRA · 4.30 of 8.00}); an en dash where nothing was. */
    ObservableValue<String> state();

    /** The view is on screen now: live data may be followed. */
    default void shown() {
        // most views have nothing to start
    }

    /** The view is not on screen any more. */
    default void hidden() {
        // most views have nothing to end
    }

    /** What can be done here, for keys and palette. Keys act only while the view is shown. */
    default List<Command> commands() {
        return List.of();
    }

    /** The learn page F1 opens for what has the focus. */
    default String learnPage() {
        return "where-memory-goes";
    }
}
