package headroom.app.component;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;

/** The stages from left to right; each says in one line what was decided there, so that the header reads as a sentence. */
public final class PathBar extends HBox {
    private final Map<String, ToggleButton> buttons = new LinkedHashMap<>();
    private final ToggleGroup group = new ToggleGroup();

    /** @param state the line under the title */
    public record Stage(String id, String title, ObservableValue<String> state) {}

    /** @param chosen hears the id of the stage a person picks */
    public PathBar(List<Stage> stages, Consumer<String> chosen) {
        getStyleClass().add("path-bar");
        for (final Stage stage : stages) {
            final Label title = new Label(stage.title());
            title.getStyleClass().add("stage-name");
            final Label state = new Label();
            state.getStyleClass().add("stage-state");
            state.textProperty().bind(stage.state());
            final ToggleButton button = new ToggleButton(stage.title(), new VBox(title, state));
            button.setId("stage-" + stage.id());
            button.getStyleClass().add("path-stage");
            button.setToggleGroup(group);
            button.accessibleTextProperty().bind(state.textProperty().map(words -> stage.title() + ". " + words));
            button.setOnAction(event -> {
                button.setSelected(true);
                chosen.accept(stage.id());
            });
            buttons.put(stage.id(), button);
            getChildren().add(button);
        }
    }

    /** Marks a stage as the one on screen; an id that is no stage leaves none marked. */
    public void select(String id) {
        group.selectToggle(buttons.get(id));
    }
}
