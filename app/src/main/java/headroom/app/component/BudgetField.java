package headroom.app.component;

import atlantafx.base.controls.ProgressSliderSkin;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import javafx.beans.property.LongProperty;
import javafx.beans.property.SimpleLongProperty;
import javafx.css.PseudoClass;
import javafx.scene.control.Button;
import javafx.scene.control.CustomMenuItem;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.Slider;
import javafx.scene.control.TextField;
import javafx.scene.layout.VBox;

/**
 * The memory one pretends to have. The slider snaps to usual sizes and to what the machine really has; the field takes any amount. A
 * budget of 0 means the machine as it is.
 */
public final class BudgetField extends MenuButton {
    private static final double[] SIZES = {0.25, 0.5, 1, 2, 4, 6, 8, 12, 16, 24};
    private static final PseudoClass WRONG = PseudoClass.getPseudoClass("danger");

    private final LongProperty budget = new SimpleLongProperty(this, "budget");
    private final LongProperty capacity = new SimpleLongProperty(this, "capacity");
    private final Slider slider = new Slider();
    private final TextField field = new TextField();
    private final Label size = new Label();
    private List<Long> stops = List.of();
    private boolean setting;

    public BudgetField() {
        getStyleClass().addAll("budget-field", "compact", "strong");
        slider.setMin(0);
        slider.setMajorTickUnit(1);
        slider.setMinorTickCount(0);
        slider.setSnapToTicks(true);
        slider.setBlockIncrement(1);
        slider.setShowTickMarks(true);
        slider.getStyleClass().add("progress-slider");
        slider.setSkin(new ProgressSliderSkin(slider));
        slider.setAccessibleText("Memory to pretend");
        field.setPromptText("8 GiB, 512 MiB");
        field.setAccessibleText("Memory to pretend, as GiB or MiB");
        size.getStyleClass().add("type-section");
        final Label title = new Label("Pretend I have");
        title.getStyleClass().addAll("type-table", "muted");
        final Button all = new Button("All of this machine");
        all.getStyleClass().add("compact");
        all.setOnAction(event -> budget.set(0));
        final VBox box = new VBox(8, title, size, slider, field, all);
        box.setPrefWidth(240);
        final CustomMenuItem item = new CustomMenuItem(box, false);
        item.getStyleClass().add("plain-item");
        getItems().add(item);
        slider.valueProperty().addListener((o, was, is) -> slid(is.doubleValue()));
        field.setOnAction(event -> typed());
        field.textProperty().addListener((o, was, is) -> field.pseudoClassStateChanged(WRONG, !is.isBlank() && BudgetText.parse(is).isEmpty()));
        budget.addListener((o, was, is) -> showBudget());
        capacity.addListener((o, was, is) -> restock());
        restock();
    }

    /** Bytes; 0 for the machine as it is. */
    public LongProperty budgetProperty() {
        return budget;
    }

    /** Bytes the machine really has; 0 while it is not known. */
    public LongProperty capacityProperty() {
        return capacity;
    }

    private void restock() {
        stops = LongStream.concat(DoubleStream.of(SIZES).mapToLong(gib -> Math.round(gib * Units.GIB)).filter(bytes -> capacity.get() == 0 || bytes < capacity.get()),
                capacity.get() > 0 ? LongStream.of(capacity.get()) : LongStream.empty()).boxed().toList();
        setting = true;
        slider.setMax(Math.max(1, stops.size() - 1));
        setting = false;
        showBudget();
    }

    private void slid(double value) {
        final int at = (int) Math.round(value);
        if (!setting && at >= 0 && at < stops.size() && Math.abs(value - at) < 1e-6) {
            budget.set(stops.get(at) == capacity.get() ? 0 : stops.get(at));
        }
    }

    private void typed() {
        final OptionalLong bytes = BudgetText.parse(field.getText());
        if (bytes.isPresent()) {
            budget.set(bytes.getAsLong());
            field.clear();
            hide();
        }
    }

    private void showBudget() {
        final long shown = budget.get() > 0 ? budget.get() : capacity.get();
        final String text = shown > 0 ? Units.memory(shown) : "all";
        setText(text);
        size.setText(text + (budget.get() == 0 ? ", this machine" : ""));
        setAccessibleText("Budget " + text);
        int nearest = 0;
        for (int i = 0; i < stops.size(); i++) {
            nearest = Math.abs(stops.get(i) - shown) < Math.abs(stops.get(nearest) - shown) ? i : nearest;
        }
        setting = true;
        slider.setValue(nearest);
        setting = false;
    }
}
