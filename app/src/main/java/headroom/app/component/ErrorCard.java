package headroom.app.component;

import headroom.engine.workbench.Problem;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.TextArea;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/** An error in place, beside what caused it: what happened, what is safe, what to do, and details for a report. */
public final class ErrorCard extends VBox {
    private final HBox actions = new HBox(8);

    public ErrorCard(Problem problem) {
        super(4);
        final Label what = words(problem.what(), "error-what");
        final VBox text = new VBox(4, what);
        if (!problem.safe().isEmpty()) {
            text.getChildren().add(words(problem.safe(), "muted"));
        }
        problem.todo().forEach(step -> text.getChildren().add(words(step, "error-todo")));
        actions.setAlignment(Pos.CENTER_LEFT);
        text.getChildren().add(actions);
        if (!problem.details().isEmpty()) {
            details(problem, text);
        }
        HBox.setHgrow(text, Priority.ALWAYS);
        final HBox row = new HBox(12, new FontIcon(Feather.ALERT_TRIANGLE), text);
        getStyleClass().add("error-card");
        getChildren().add(row);
        setAccessibleText(String.join(" ", problem.what(), problem.safe(), String.join(" ", problem.todo())));
        setMinHeight(USE_PREF_SIZE);
    }

    /** A warning has the same form in another colour. */
    public ErrorCard asWarning() {
        getStyleClass().add("warning");
        return this;
    }

    /** Adds a way out. */
    public Button addAction(String name, Runnable run) {
        final Button button = new Button(name);
        button.getStyleClass().add("compact");
        button.setOnAction(event -> run.run());
        actions.getChildren().add(button);
        return button;
    }

    private void details(Problem problem, VBox text) {
        final TextArea trace = new TextArea(problem.details());
        trace.setEditable(false);
        trace.getStyleClass().add("mono");
        trace.setPrefRowCount(8);
        trace.setVisible(false);
        trace.setManaged(false);
        final Hyperlink show = new Hyperlink("Details");
        show.setOnAction(event -> {
            trace.setVisible(!trace.isVisible());
            trace.setManaged(trace.isVisible());
            show.setText(trace.isVisible() ? "Hide details" : "Details");
        });
        final Hyperlink copy = new Hyperlink("Copy report");
        copy.setOnAction(event -> {
            final ClipboardContent content = new ClipboardContent();
            content.putString(problem.what() + "\n" + problem.safe() + "\n" + String.join("\n", problem.todo()) + "\n\n" + problem.details());
            Clipboard.getSystemClipboard().setContent(content);
        });
        final HBox links = new HBox(16, show, copy);
        text.getChildren().addAll(links, trace);
    }

    private static Label words(String text, String style) {
        final Label label = new Label(text);
        label.setWrapText(true);
        label.setMinHeight(USE_PREF_SIZE);
        label.getStyleClass().addAll("type-body", style);
        return label;
    }
}
