package headroom.app.window;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.Scene;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.TextField;
import javafx.scene.control.TextInputControl;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;

/**
 * Sends keys to commands. Combinations act everywhere; single letters, digits and Space belong to text fields and buttons while those have
 * the focus, and to a chart that uses them.
 */
final class Keys {
    private final Scene scene;
    private final Supplier<List<Command>> commands;
    private final Supplier<Node> page;

    /** @param page the node of the view on screen */
    Keys(Scene scene, Supplier<List<Command>> commands, Supplier<Node> page) {
        this.scene = scene;
        this.commands = commands;
        this.page = page;
        scene.addEventFilter(KeyEvent.KEY_PRESSED, event -> dispatch(event, false));
        scene.addEventHandler(KeyEvent.KEY_PRESSED, event -> dispatch(event, true));
    }

    private void dispatch(KeyEvent event, boolean plain) {
        final Node focus = scene.getFocusOwner();
        final boolean typing = focus instanceof TextInputControl;
        final boolean presses = focus instanceof ButtonBase && (event.getCode() == KeyCode.SPACE || event.getCode() == KeyCode.ENTER);
        if (plain && (typing || presses || event.isConsumed())) {
            return;
        }
        for (final Command command : commands.get()) {
            if (command.plainKey() == plain && command.key().isPresent() && command.key().get().match(event) && command.possible().getAsBoolean()) {
                event.consume();
                command.action().run();
                return;
            }
        }
    }

    /** Moves the focus to the first stop of the next pane ({@code by} 1) or the one before (−1). */
    void cyclePane(int by) {
        final List<Node> panes = panes();
        if (panes.isEmpty()) {
            return;
        }
        final int now = paneWithFocus(panes);
        for (int i = 1; i <= panes.size(); i++) {
            final Node stop = firstStop(panes.get(Math.floorMod(now < 0 && by < 0 ? panes.size() - i : now + i * by, panes.size())));
            if (stop != null) {
                stop.requestFocus();
                return;
            }
        }
    }

    /** Focuses the search field of the pane with the focus, or else the first one of the page. */
    void search() {
        final List<Node> panes = panes();
        final int now = paneWithFocus(panes);
        final Node inPane = now < 0 ? null : panes.get(now).lookup(".search");
        final Node field = inPane != null ? inPane : page.get().lookup(".search");
        if (field instanceof TextField) {
            field.requestFocus();
        }
    }

    private List<Node> panes() {
        final List<Node> panes = new ArrayList<>();
        collect(page.get(), panes);
        return panes;
    }

    /** Outermost panes in the order of the scene, which is left to right and top to bottom. */
    private static void collect(Node node, List<Node> panes) {
        if (!node.isVisible()) {
            return;
        }
        if (node.getStyleClass().contains("pane")) {
            panes.add(node);
        } else if (node instanceof Parent parent) {
            parent.getChildrenUnmodifiable().forEach(child -> collect(child, panes));
        }
    }

    private int paneWithFocus(List<Node> panes) {
        for (Node at = scene.getFocusOwner(); at != null; at = at.getParent()) {
            if (panes.contains(at)) {
                return panes.indexOf(at);
            }
        }
        return -1;
    }

    static Node firstStop(Node node) {
        if (!node.isVisible() || node.isDisabled()) {
            return null;
        }
        if (node.isFocusTraversable()) {
            return node;
        }
        if (node instanceof Parent parent) {
            for (final Node child : parent.getChildrenUnmodifiable()) {
                final Node stop = firstStop(child);
                if (stop != null) {
                    return stop;
                }
            }
        }
        return null;
    }
}
