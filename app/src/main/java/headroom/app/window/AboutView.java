package headroom.app.window;

import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.TextArea;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** What this is, which version, under which licence, and whose work it stands on. */
final class AboutView implements View {
    private final TextArea notices = new TextArea();
    private final VBox root;

    AboutView() {
        final Label name = new Label("Headroom " + Resources.version());
        name.getStyleClass().add("type-title");
        final Label what = words("A workbench for memory-efficient fine-tuning. Everything runs on this machine; nothing is sent anywhere.");
        final Label licence = words("Apache License 2.0. The fonts Headroom Sans (from Inter) and JetBrains Mono are under the SIL Open Font License 1.1.");
        final Label java = words("Java " + Runtime.version() + ", JavaFX " + System.getProperty("javafx.runtime.version", "version unknown") + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch"));
        final Label title = new Label("Third-party notices");
        title.getStyleClass().add("type-section");
        notices.setText(Resources.text("/headroom/third-party-notices.txt")
                .orElse("The list of third-party notices is made when the product is packaged; this start is from a source tree."));
        notices.setEditable(false);
        notices.getStyleClass().add("mono");
        notices.setAccessibleText("Third-party notices");
        VBox.setVgrow(notices, Priority.ALWAYS);
        root = new VBox(8, name, what, licence, java, title, notices);
        root.getStyleClass().addAll("pane", "about");
        root.setStyle("-fx-padding: 24;");
    }

    private static Label words(String text) {
        final Label label = new Label(text);
        label.setWrapText(true);
        label.getStyleClass().addAll("type-body", "muted");
        return label;
    }

    @Override
    public String id() {
        return "about";
    }

    @Override
    public String title() {
        return "About";
    }

    @Override
    public Node root() {
        return root;
    }

    @Override
    public Node focusTarget() {
        return notices;
    }

    @Override
    public ObservableValue<String> state() {
        return new ReadOnlyStringWrapper("");
    }
}
