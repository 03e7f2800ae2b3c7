package headroom.app.component;

import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import javafx.scene.text.TextAlignment;

/** Says what will stand here and gives the one action: {@code No runs yet. Plan one, or start a sample.} */
public final class EmptyState extends VBox {
    private final Button action = new Button();

    public EmptyState(String title, String sentence) {
        getStyleClass().add("empty-state");
        final Label head = new Label(title);
        head.getStyleClass().add("type-section");
        final Label words = new Label(sentence);
        words.getStyleClass().addAll("type-body", "muted");
        words.setWrapText(true);
        words.setMaxWidth(420);
        words.setAlignment(Pos.CENTER);
        words.setTextAlignment(TextAlignment.CENTER);
        getChildren().addAll(head, words);
    }

    public EmptyState(String title, String sentence, String actionName, Runnable run) {
        this(title, sentence);
        action.setText(actionName);
        action.setOnAction(event -> run.run());
        getChildren().add(action);
    }

    /** Where the keyboard goes; present in the scene only where an action was given. */
    public Button action() {
        return action;
    }
}
