package headroom.app.component;

import headroom.engine.workbench.CategoryBytes;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.Verdict;
import java.util.List;
import java.util.function.Supplier;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.controlsfx.control.SegmentedButton;

/** Pages of components with sample figures. */
final class Gallery {
    static final long GIB = Units.GIB;
    static final List<Page> PAGES = List.of(new Page("parts", 720, 900, Gallery::parts), new Page("bars", 720, 540, Gallery::bars),
            new Page("memory", 960, 900, GalleryCharts::memory), new Page("lines", 960, 900, GalleryCharts::lines), new Page("run", 960, 760, GalleryCharts::run));

    private Gallery() {}

    record Page(String name, int width, int height, Supplier<Region> make) {}

    static MemoryStack lora() {
        return new MemoryStack(gib(0.41), new CategoryBytes(gib(2.3), gib(0.04), gib(0.04), gib(0.08), gib(3.96), gib(0.98), gib(0.01)));
    }

    static long gib(double value) {
        return Math.round(value * GIB);
    }

    private static Region bars() {
        final VBox box = column();
        for (final int height : new int[] {8, 12, 24, 40, 48}) {
            box.getChildren().add(new MemoryBar(height).show(lora()).setBudget(gib(8)).setBand(gib(0.24)).setAxis(gib(10)));
        }
        box.getChildren().addAll(
                new MemoryBar(12).show(lora()).setBudget(gib(6)).setAxis(gib(7)),
                new MemoryBar(12).show(lora()).setBudget(gib(24)).setAxis(gib(10)),
                new MemoryBar(24).show(lora()).setHost(true).setBudget(gib(31)),
                new MemoryBar(48).show(lora()).setBudget(gib(8)).setAsked(new MemoryBar.Asked("loss.log_probs", gib(1.46))),
                new MemoryBar(24).setBudget(gib(8)), new Legend());
        return box;
    }

    private static Region parts() {
        final VBox box = column();
        for (final String[] type : new String[][] {{"type-hero", "4.30 GiB"}, {"type-title", "Tight: may not fit"}, {"type-section", "Through one step"},
                {"type-body", "Each change is a dry run of the same step."}, {"type-table", "Keeps block inputs, computes the rest again."},
                {"type-axis", "0 ms forward 109 ms backward 210 ms"}, {"mono", "decoder.3.attn.qkv [8,128,384]"}}) {
            final Label label = new Label(type[1]);
            label.getStyleClass().add(type[0]);
            box.getChildren().add(label);
        }
        final Button run = new Button("Run A", kbd("Ctrl R"));
        run.setContentDisplay(javafx.scene.control.ContentDisplay.RIGHT);
        run.getStyleClass().add("accent");
        final Button reset = new Button("Reset");
        reset.getStyleClass().add("quiet");
        final Button disabled = new Button("disabled");
        disabled.setDisable(true);
        final Button compact = new Button("Apply");
        compact.getStyleClass().add("compact");
        box.getChildren().add(new HBox(8, run, new Button("Queue"), reset, disabled, compact));
        final TextField field = new TextField();
        field.setPromptText("Name, paper, idea, slot");
        final ToggleButton chip = new ToggleButton("Language");
        chip.getStyleClass().add("chip");
        chip.setSelected(true);
        final ToggleButton other = new ToggleButton("Vision");
        other.getStyleClass().add("chip");
        final ToggleButton fp32 = new ToggleButton("fp32");
        final ToggleButton bf16 = new ToggleButton("bf16");
        bf16.setSelected(true);
        final CheckBox check = new CheckBox("A");
        check.setSelected(true);
        final Slider slider = new Slider(2, 24, 8);
        slider.getStyleClass().add("progress-slider");
        slider.setSkin(new atlantafx.base.controls.ProgressSliderSkin(slider));
        box.getChildren().addAll(field, new HBox(8, chip, other, new SegmentedButton(fp32, bf16, new ToggleButton("int8"), new ToggleButton("NF4")), check), slider);
        box.getChildren().addAll(new HBox(24, new VerdictLabel(Verdict.FITS, gib(3.7)), new VerdictLabel(Verdict.TIGHT, gib(0.18)), new VerdictLabel(Verdict.OVER, gib(-0.79))));
        final VerdictBanner banner = new VerdictBanner();
        banner.show(Verdict.TIGHT, "A needs 7.82 ± 0.24 GiB of 8.00. The headroom of 0.18 is smaller than the error band. One change below makes it safe.");
        final ErrorCard error = new ErrorCard(new Problem("Row 412, column label is empty.", "Expected 0 or 1. The other 2,309 rows are fine.",
                List.of("Fill the cell or leave the row out."), "at line 412"));
        error.addAction("Show row", () -> { });
        box.getChildren().addAll(banner, error, new EmptyState("No runs yet", "Plan one, or start a sample: 2 minutes on a CPU.", "Plan", () -> { }));
        return box;
    }

    static Label kbd(String text) {
        final Label label = new Label(text);
        label.getStyleClass().add("kbd");
        return label;
    }

    static VBox column() {
        final VBox box = new VBox(12);
        box.setStyle("-fx-padding: 24;");
        box.getStyleClass().add("pane");
        return box;
    }
}
