package headroom.app.window;

import java.util.List;
import java.util.Locale;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.Popup;
import javafx.stage.Window;

/** Every command with its key and its twin on the command line; type a part of the name, Enter runs it. */
final class CommandPalette {
    private final Popup popup = new Popup();
    private final TextField field = new TextField();
    private final ObservableList<Command> found = FXCollections.observableArrayList();
    private final ListView<Command> list = new ListView<>(found);
    private final VBox box = new VBox(field, list);
    private List<Command> commands = List.of();

    CommandPalette() {
        box.getStyleClass().addAll("root", "command-palette");
        box.setId("command-palette");
        field.setPromptText("Command");
        field.setAccessibleText("Find a command");
        list.setFixedCellSize(32);
        list.setPrefHeight(32 * 12);
        list.setFocusTraversable(false);
        list.setCellFactory(view -> new CommandCell());
        list.setOnMouseClicked(event -> run());
        field.textProperty().addListener((o, was, is) -> filter(is));
        field.addEventFilter(KeyEvent.KEY_PRESSED, this::key);
        popup.setAutoHide(true);
        popup.setHideOnEscape(true);
        popup.getContent().add(box);
    }

    void show(Window owner, Theme theme, List<Command> offered) {
        commands = offered.stream().filter(command -> command.possible().getAsBoolean()).toList();
        theme.dress(box);
        field.clear();
        filter("");
        popup.show(owner, owner.getX() + (owner.getWidth() - 640) / 2, owner.getY() + 96);
        field.requestFocus();
    }

    boolean showing() {
        return popup.isShowing();
    }

    private void filter(String text) {
        final String[] words = text.toLowerCase(Locale.ROOT).strip().split("\\s+");
        found.setAll(commands.stream().filter(command -> {
            final String all = (command.name() + " " + command.twin() + " " + command.keyText()).toLowerCase(Locale.ROOT);
            return java.util.Arrays.stream(words).allMatch(all::contains);
        }).toList());
        list.getSelectionModel().selectFirst();
    }

    private void key(KeyEvent event) {
        final int at = list.getSelectionModel().getSelectedIndex();
        switch (event.getCode()) {
            case DOWN -> select(at + 1);
            case UP -> select(at - 1);
            case ENTER -> run();
            case ESCAPE -> popup.hide();
            default -> {
                return;
            }
        }
        event.consume();
    }

    private void select(int index) {
        final int at = Math.max(0, Math.min(found.size() - 1, index));
        list.getSelectionModel().select(at);
        list.scrollTo(Math.max(0, at - 10));
    }

    private void run() {
        final Command command = list.getSelectionModel().getSelectedItem();
        if (command != null) {
            popup.hide();
            command.action().run();
        }
    }

    private static final class CommandCell extends ListCell<Command> {
        private final Label name = new Label();
        private final Label twin = new Label();
        private final Label key = new Label();
        private final HBox row;

        CommandCell() {
            twin.getStyleClass().addAll("mono", "type-axis", "faint");
            key.getStyleClass().add("kbd");
            final Region gap = new Region();
            HBox.setHgrow(gap, Priority.ALWAYS);
            row = new HBox(12, name, gap, twin, key);
            row.setAlignment(Pos.CENTER_LEFT);
        }

        @Override
        protected void updateItem(Command command, boolean empty) {
            super.updateItem(command, empty);
            setGraphic(empty ? null : row);
            if (!empty) {
                name.setText(command.name());
                twin.setText(command.twin());
                key.setText(command.keyText());
                key.setVisible(!command.keyText().isEmpty());
                setAccessibleText(command.name() + " " + command.keyText());
            }
        }
    }
}
