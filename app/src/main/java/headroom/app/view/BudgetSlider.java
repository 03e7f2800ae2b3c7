package headroom.app.view;

import atlantafx.base.controls.ProgressSliderSkin;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.viewmodel.Journey;
import java.util.List;
import java.util.stream.LongStream;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;

/** The memory one pretends to have, as a slider that snaps to usual sizes and to what the machine really has. */
final class BudgetSlider extends VBox {
    private static final long[] MEBIBYTES = {64, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096, 6144, 8192, 12_288, 16_384, 24_576, 49_152, 81_920};

    private final Journey journey;
    private final Slider slider = new Slider();
    private final Label size = Parts.label("", "type-section");
    private final Label least = Parts.label("", "type-axis", "faint");
    private final Label most = Parts.label("", "type-axis", "faint");
    private List<Long> stops = List.of();
    private boolean setting;

    BudgetSlider(Journey journey) {
        super(4);
        this.journey = journey;
        getStyleClass().add("framed");
        setStyle("-fx-padding: 8 12 8 12;");
        slider.setMin(0);
        slider.setMajorTickUnit(1);
        slider.setMinorTickCount(0);
        slider.setSnapToTicks(true);
        slider.setBlockIncrement(1);
        filled(slider);
        slider.setId("budget-slider");
        slider.setAccessibleText("Memory to pretend");
        slider.valueProperty().addListener((o, was, is) -> slid(is.doubleValue()));
        final HBox head = new HBox(4, Parts.label("Pretend I have", "type-table"), Parts.gap(), size);
        head.setAlignment(Pos.BASELINE_LEFT);
        getChildren().addAll(head, slider, new HBox(least, Parts.gap(), most));
        journey.budgetBytesProperty().addListener((o, was, is) -> restock());
        journey.machineProperty().addListener((o, was, is) -> {
            if (was == null) {
                restock();
            }
        });
        restock();
    }

    /** The way from the least to the thumb is filled. */
    static void filled(Slider slider) {
        slider.getStyleClass().add("progress-slider");
        slider.setSkin(new ProgressSliderSkin(slider));
    }

    Slider slider() {
        return slider;
    }

    private long capacity() {
        return journey.machineProperty().get() == null ? 0 : journey.machineProperty().get().capacityBytes();
    }

    private void restock() {
        final long now = journey.budgetBytesProperty().get();
        stops = LongStream.concat(LongStream.of(MEBIBYTES).map(mib -> mib * Units.MIB), LongStream.of(now, capacity()))
                .filter(bytes -> bytes > 0 && (capacity() == 0 || bytes <= capacity() || bytes == now)).sorted().distinct().boxed().toList();
        setting = true;
        slider.setMax(Math.max(1, stops.size() - 1));
        slider.setValue(now == 0 ? stops.size() - 1 : stops.indexOf(now));
        setting = false;
        size.setText(Units.memory(now > 0 ? now : capacity()));
        least.setText(stops.isEmpty() ? "" : Units.memory(stops.getFirst()));
        most.setText(now == 0 ? "all of this machine" : "all " + Units.memory(capacity()));
    }

    private void slid(double value) {
        final int at = (int) Math.round(value);
        if (!setting && at >= 0 && at < stops.size() && Math.abs(value - at) < 1e-6) {
            journey.budgetBytesProperty().set(stops.get(at) == capacity() ? 0 : stops.get(at));
        }
    }
}
