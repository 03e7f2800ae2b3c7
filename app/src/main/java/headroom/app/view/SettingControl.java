package headroom.app.view;

import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.viewmodel.PlanViewModel;
import headroom.engine.workbench.Setting;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.controlsfx.control.SegmentedButton;

/** One setting to play with: a slider for what is a size, segments for a choice, a field for the rest; a dot and a way back when it was changed. */
final class SettingControl extends VBox {
    /** Sizes that go by doubling, and how far a slider reaches. */
    private static final Set<String> DOUBLING = Set.of("batch", "accumulate", "length", "rank");
    private static final PseudoClass WRONG = PseudoClass.getPseudoClass("danger");

    private final PlanViewModel model;
    private final Setting setting;
    private final Label value = Parts.label("", "type-table", "strong");
    private final Region dot = new Region();
    private final Button back = Parts.quiet("reset", this::reset);
    private final Runnable refresh;
    private boolean following;

    SettingControl(PlanViewModel model, Setting setting) {
        super(4);
        this.model = model;
        this.setting = setting;
        setId("setting-" + setting.key());
        dot.getStyleClass().add("changed-dot");
        back.getStyleClass().add("compact");
        back.setAccessibleText("Reset " + setting.label());
        final Label name = Parts.label(setting.label(), "type-table");
        name.setTooltip(new Tooltip(setting.help()));
        final HBox head = new HBox(4, name, dot, back, Parts.gap());
        head.setAlignment(Pos.CENTER_LEFT);
        head.setMinHeight(24);
        if (setting.type() == Setting.Type.INTEGER && DOUBLING.contains(setting.key())) {
            head.getChildren().add(value);
            final Slider slider = new Slider();
            refresh = slider(slider);
            getChildren().addAll(head, slider);
        } else if (setting.type() == Setting.Type.FLAG || setting.type() == Setting.Type.CHOICE && setting.choices().size() <= 4) {
            final List<String> choices = setting.type() == Setting.Type.FLAG ? List.of("false", "true") : setting.choices();
            final List<ToggleButton> buttons = choices.stream().map(choice -> new ToggleButton(words(choice))).toList();
            refresh = segments(choices, buttons);
            final SegmentedButton bar = Parts.segments(buttons);
            getChildren().addAll(head, bar);
        } else if (setting.type() == Setting.Type.CHOICE) {
            final ComboBox<String> box = new ComboBox<>();
            refresh = combo(box);
            getChildren().addAll(head, box);
        } else {
            final TextField field = new TextField();
            refresh = field(field);
            head.getChildren().add(field);
            getChildren().add(head);
        }
        refresh();
    }

    /** Shows what the request says now. */
    void refresh() {
        following = true;
        final boolean changed = model.changed(setting);
        dot.setVisible(changed);
        back.setVisible(changed);
        back.setManaged(changed);
        value.setText(shown());
        refresh.run();
        following = false;
    }

    private String shown() {
        final String now = model.value(setting);
        return now.matches("\\d+") ? Units.count(Long.parseLong(now)) : now;
    }

    private void reset() {
        model.reset(setting);
    }

    private void set(String wanted) {
        if (!following) {
            model.set(setting, wanted);
        }
    }

    private String words(String choice) {
        return switch (setting.type()) {
            case FLAG -> choice.equals("true") ? "on" : "off";
            default -> setting.key().equals("checkpointing") && choice.matches("\\d+") ? choice.equals("1") ? "each block" : "every " + choice + " blocks" : choice;
        };
    }

    private Runnable slider(Slider slider) {
        final int most = switch (setting.key()) {
            case "length" -> model.journey().modelProperty().get() == null ? 512 : model.journey().modelProperty().get().maxLength();
            case "accumulate" -> 64;
            default -> 256;
        };
        slider.setMin(0);
        slider.setMajorTickUnit(1);
        slider.setMinorTickCount(0);
        slider.setSnapToTicks(true);
        slider.setBlockIncrement(1);
        BudgetSlider.filled(slider);
        slider.setAccessibleText(setting.label() + ", " + setting.help());
        final int[][] stops = new int[1][];
        slider.valueProperty().addListener((o, was, is) -> {
            final int at = (int) Math.round(is.doubleValue());
            if (stops[0] != null && at < stops[0].length && Math.abs(is.doubleValue() - at) < 1e-6) {
                set(String.valueOf(stops[0][at]));
            }
        });
        return () -> {
            final int now = Integer.parseInt(model.value(setting));
            stops[0] = IntStream.concat(IntStream.iterate(1, n -> n * 2).limit(20), IntStream.of(now)).filter(n -> n >= Math.max(1, setting.min()) && (n <= most || n == now)
                    && (!setting.key().equals("length") || n >= 8 || n == now)).sorted().distinct().toArray();
            slider.setMax(Math.max(1, stops[0].length - 1));
            slider.setValue(IntStream.range(0, stops[0].length).filter(i -> stops[0][i] == now).findFirst().orElse(0));
        };
    }

    private Runnable segments(List<String> choices, List<ToggleButton> buttons) {
        for (int i = 0; i < buttons.size(); i++) {
            final String choice = choices.get(i);
            final ToggleButton button = buttons.get(i);
            button.setAccessibleText(setting.label() + " " + words(choice));
            button.selectedProperty().addListener((o, was, is) -> {
                if (is) {
                    set(choice);
                }
            });
        }
        return () -> {
            final int at = choices.indexOf(model.value(setting));
            if (at >= 0) {
                buttons.get(at).setSelected(true);
            }
        };
    }

    private Runnable combo(ComboBox<String> box) {
        box.getStyleClass().add("compact");
        box.setMaxWidth(Double.MAX_VALUE);
        box.setAccessibleText(setting.label());
        box.getItems().setAll(Stream.concat(setting.choices().stream(), Stream.of(setting.standard())).distinct().toList());
        box.setConverter(new javafx.util.StringConverter<>() {
            @Override
            public String toString(String choice) {
                return choice == null ? "" : words(choice);
            }

            @Override
            public String fromString(String text) {
                return text;
            }
        });
        box.valueProperty().addListener((o, was, is) -> {
            if (is != null) {
                set(is);
            }
        });
        return () -> box.setValue(model.value(setting));
    }

    private Runnable field(TextField field) {
        field.getStyleClass().add("compact");
        field.setPrefWidth(80);
        field.setAlignment(Pos.CENTER_RIGHT);
        field.setAccessibleText(setting.label());
        field.setTooltip(new Tooltip(setting.help()));
        field.textProperty().addListener((o, was, is) -> field.pseudoClassStateChanged(WRONG, !valid(is)));
        final Runnable take = () -> {
            if (valid(field.getText())) {
                set(field.getText().strip());
            } else {
                field.setText(model.value(setting));
            }
        };
        field.setOnAction(event -> take.run());
        field.focusedProperty().addListener((o, was, is) -> {
            if (!is) {
                take.run();
            }
        });
        return () -> field.setText(model.value(setting));
    }

    private boolean valid(String text) {
        if (setting.type() == Setting.Type.TEXT) {
            return !text.isBlank();
        }
        try {
            final double number = setting.type() == Setting.Type.INTEGER ? Integer.parseInt(text.strip()) : Double.parseDouble(text.strip());
            return !(number < setting.min()) && !(number > setting.max());
        } catch (NumberFormatException _) {
            return false;
        }
    }

    /** Order in the pane: sizes that move memory first, then choices, then numbers of training. */
    static int rank(Setting setting) {
        return switch (setting.key()) {
            case "batch" -> 0;
            case "accumulate" -> 1;
            case "length" -> 2;
            case "rank" -> 3;
            case "compute" -> 4;
            case "checkpointing" -> 5;
            case "state" -> 6;
            default -> setting.type() == Setting.Type.CHOICE || setting.type() == Setting.Type.FLAG ? 7 : 8;
        };
    }

}
