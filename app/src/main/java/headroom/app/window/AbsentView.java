package headroom.app.window;

import headroom.app.component.EmptyState;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.layout.StackPane;

/** A stage this build does not contain says so. */
final class AbsentView implements View {
    private final String id;
    private final String title;
    private final StackPane root;

    AbsentView(String id, String title) {
        this.id = id;
        this.title = title;
        root = new StackPane(new EmptyState(title + " is not part of this build", "The command line does the same: headroom --help names every command."));
        root.setFocusTraversable(true);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public Node root() {
        return root;
    }

    @Override
    public Node focusTarget() {
        return root;
    }

    @Override
    public ObservableValue<String> state() {
        return new ReadOnlyStringWrapper("\u2013");
    }
}
