package headroom.app.component;

import java.util.List;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import org.controlsfx.control.SegmentedButton;
import org.kordamp.ikonli.Ikon;
import org.kordamp.ikonli.javafx.FontIcon;

/** The small pieces every view is put together from, so that they look the same everywhere. */
public final class Parts {
    private Parts() {}

    /** @param styles type role and others ({@code type-table}, {@code muted}) */
    public static Label label(String text, String... styles) {
        final Label label = new Label(text);
        label.getStyleClass().addAll(styles);
        return label;
    }

    /** A text that breaks its lines and is never cut. */
    public static Label words(String text, String... styles) {
        final Label label = label(text, styles);
        label.setWrapText(true);
        label.setMinHeight(Region.USE_PREF_SIZE);
        return label;
    }

    /** A key in a frame: {@code Ctrl R}. */
    public static Label key(String text) {
        return label(text, "kbd");
    }

    /** @param icon null for none; @param key null for none */
    public static Button button(String text, Ikon icon, String key, Runnable action) {
        final Button button = new Button(text);
        if (key != null) {
            button.setGraphic(icon == null ? key(key) : pair(new FontIcon(icon), label(text, "in-button"), key(key)));
            button.setContentDisplay(icon == null ? ContentDisplay.RIGHT : ContentDisplay.GRAPHIC_ONLY);
        } else if (icon != null) {
            button.setGraphic(new FontIcon(icon));
        }
        button.setAccessibleText(key == null ? text : text + ", " + key);
        button.setOnAction(event -> action.run());
        return button;
    }

    /** The one coloured button of a pane. */
    public static Button primary(String text, String key, Runnable action) {
        final Button button = button(text, null, key, action);
        button.getStyleClass().add("accent");
        return button;
    }

    /** A button that looks like a link. */
    public static Button quiet(String text, Runnable action) {
        final Button button = button(text, null, null, action);
        button.getStyleClass().add("quiet");
        return button;
    }

    /** @param style {@code ""} (48 px), {@code inner} (40) or {@code chart} (36); @param right what stands at its right end */
    public static HBox paneHeader(String title, String style, Node... right) {
        final HBox header = new HBox(label(title, style.isEmpty() ? "type-section" : "strong"), gap());
        header.getStyleClass().add("pane-header");
        if (!style.isEmpty()) {
            header.getStyleClass().add(style);
        }
        header.getChildren().addAll(right);
        return header;
    }

    public static Region gap() {
        final Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        return gap;
    }

    /** A one-pixel line. */
    public static Region rule() {
        final Region rule = new Region();
        rule.getStyleClass().add("rule");
        return rule;
    }

    /** A filter that is on or off. */
    public static ToggleButton chip(String text) {
        final ToggleButton chip = new ToggleButton(text);
        chip.getStyleClass().add("chip");
        return chip;
    }

    /** Exactly one of several is on: a click on the one that is on leaves it on. */
    public static SegmentedButton segments(List<ToggleButton> buttons) {
        final ToggleGroup group = new ToggleGroup();
        group.selectedToggleProperty().addListener((o, was, is) -> {
            if (is == null && was != null) {
                group.selectToggle(was);
            }
        });
        final SegmentedButton segments = new SegmentedButton(buttons.toArray(ToggleButton[]::new));
        segments.setToggleGroup(group);
        return segments;
    }

    private static HBox pair(Node... nodes) {
        final HBox box = new HBox(8, nodes);
        box.setAlignment(Pos.CENTER);
        return box;
    }
}
