package headroom.app.view;

import headroom.app.component.Gauge;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.component.VerdictLabel;
import headroom.engine.memory.Category;
import headroom.engine.workbench.CategoryBytes;
import headroom.engine.workbench.MachineReading;
import headroom.engine.workbench.RunEvent;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.Verdict;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.collections.transformation.FilteredList;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** Beside a run: the machine in four gauges, the plan against what was measured, and what happened. */
final class RunSide extends VBox {
    private static final DateTimeFormatter AT = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final Gauge memory = new Gauge("This process");
    private final Gauge load = new Gauge("Process load");
    private final Gauge ram = new Gauge("RAM");
    private final Gauge cpu = new Gauge("CPU");
    private final Gauge card = new Gauge("GPU memory");
    private final Gauge cardLoad = new Gauge("GPU load");
    private final GridPane gauges = new GridPane(16, 12);
    private final CategoryTable table = new CategoryTable("At the peak", List.of("Plan", "Measured", "Residual"), true);
    private final VerdictLabel same = new VerdictLabel();
    private final ObservableList<RunEvent> events = FXCollections.observableArrayList();
    private final FilteredList<RunEvent> shown = new FilteredList<>(events);
    private final ToggleButton warnings = new ToggleButton("Warnings");

    RunSide() {
        getStyleClass().add("pane");
        final ColumnConstraints half = new ColumnConstraints();
        half.setPercentWidth(50);
        gauges.getColumnConstraints().addAll(half, half);
        gauges.setStyle("-fx-padding: 12 16 12 16;");
        gauges.addRow(0, memory, load);
        gauges.addRow(1, ram, cpu);
        final StackPane figures = new StackPane(table);
        figures.setStyle("-fx-padding: 0 16 12 16;");
        final ToggleButton all = new ToggleButton("All");
        all.setSelected(true);
        warnings.selectedProperty().addListener((o, was, is) -> shown.setPredicate(is ? event -> event.level() != RunEvent.Level.INFO : null));
        final ListView<RunEvent> list = new ListView<>(shown);
        list.setId("events");
        list.setFixedCellSize(44);
        list.setCellFactory(view -> new EventCell());
        list.setPlaceholder(Parts.label("Nothing happened yet.", "muted"));
        VBox.setVgrow(list, Priority.ALWAYS);
        list.setMinHeight(88);
        getChildren().addAll(gauges, Parts.rule(), Parts.paneHeader("Plan against measured", "inner", same), figures, Parts.rule(),
                Parts.paneHeader("Events", "inner", Parts.segments(List.of(all, warnings))), list);
        setMinWidth(320);
    }

    /** With every reading of the machine. */
    void machine(MachineReading now, long budget) {
        if (now.device().isPresent() && !gauges.getChildren().contains(card)) {
            gauges.getChildren().removeAll(memory, load);
            gauges.addRow(0, card, cardLoad);
        }
        now.device().ifPresent(device -> {
            card.show(Units.gibNumber(device.usedBytes()), "of " + Units.gib(device.totalBytes()), share(device.usedBytes() - device.otherBytes(), device.totalBytes()),
                    share(device.otherBytes(), device.totalBytes()), share(budget, device.totalBytes()));
            cardLoad.show(percent(device.load()), "%", device.load(), 0, Double.NaN);
        });
        memory.show(Units.gibNumber(now.processBytes()), "of " + Units.gib(now.ramBytes()), share(now.processBytes(), now.ramBytes()), 0, share(budget, now.ramBytes()));
        load.show(percent(now.processLoad()), "% of " + now.cores() + " cores", now.processLoad(), 0, Double.NaN);
        ram.show(Units.gibNumber(now.ramUsedBytes()), "of " + Units.gib(now.ramBytes()), share(now.processBytes(), now.ramBytes()),
                share(Math.max(0, now.ramUsedBytes() - now.processBytes()), now.ramBytes()), Double.NaN);
        cpu.show(percent(now.processorLoad()), "% of " + now.cores() + " cores", now.processLoad(), Math.max(0, now.processorLoad() - now.processLoad()), Double.NaN);
    }

    private static String percent(double share) {
        return Double.isFinite(share) ? Units.decimals(share * 100, 0) : Units.NONE;
    }

    private static double share(long part, long whole) {
        return whole > 0 && part > 0 ? (double) part / whole : Double.NaN;
    }

    /** At most four times a second. */
    void show(RunSnapshot now) {
        final RunSnapshot.Memory memoryNow = now.memory();
        final CategoryBytes plan = memoryNow.plannedByCategoryAtPeak();
        final boolean known = memoryNow.peakBytes() > 0;
        final CategoryBytes measured = memoryNow.byCategoryAtPeak();
        table.show(0, category -> Units.memory(plan.get(category)));
        table.show(1, category -> known ? Units.memory(measured.get(category)) : Units.NONE);
        table.show(2, category -> known ? residual(measured.get(category) - plan.get(category)) : Units.NONE);
        table.showOutside(0, Units.NONE);
        table.showOutside(1, Units.memory(memoryNow.outsideBytes()));
        table.showOutside(2, "measured");
        final boolean equal = Arrays.stream(Category.values()).allMatch(category -> measured.get(category) == plan.get(category));
        same.setVisible(known);
        if (known) {
            same.show(equal ? Verdict.FITS : memoryNow.peakBytes() > memoryNow.plannedPeakBytes() ? Verdict.OVER : Verdict.TIGHT,
                    equal ? "same to the byte" : now.state().ended() ? residual(memoryNow.peakBytes() - memoryNow.plannedPeakBytes()) : residual(memoryNow.peakBytes() - memoryNow.plannedPeakBytes()) + " so far");
        }
        if (!events.equals(now.events())) {
            events.setAll(now.events());
            final long bad = events.stream().filter(event -> event.level() != RunEvent.Level.INFO).count();
            warnings.setText(bad == 0 ? "Warnings" : "Warnings " + bad);
        }
    }

    private static String residual(long bytes) {
        return Math.abs(bytes) < 10_000_000 ? (bytes > 0 ? "+" : "") + Units.bytes(bytes) : Units.change(bytes);
    }

    private static final class EventCell extends ListCell<RunEvent> {
        private final Label at = Parts.label("", "mono", "type-axis", "faint");
        private final Label title = Parts.label("", "type-table", "medium");
        private final Label detail = Parts.label("", "type-axis", "muted");
        private final HBox box;

        EventCell() {
            at.setMinWidth(60);
            title.setMinWidth(0);
            detail.setMinWidth(0);
            final VBox words = new VBox(2, title, detail);
            words.setAlignment(Pos.CENTER_LEFT);
            words.setMinWidth(0);
            box = new HBox(8, at, words);
            box.setAlignment(Pos.TOP_LEFT);
            setPrefWidth(0);
        }

        @Override
        protected void updateItem(RunEvent event, boolean empty) {
            super.updateItem(event, empty);
            setGraphic(empty || event == null ? null : box);
            if (event == null || empty) {
                return;
            }
            at.setText(AT.format(event.at()));
            title.setText(event.title());
            title.getStyleClass().removeAll("warn", "bad");
            if (event.level() != RunEvent.Level.INFO) {
                title.getStyleClass().add(event.level() == RunEvent.Level.WARNING ? "warn" : "bad");
            }
            detail.setText(event.detail());
            setAccessibleText(event.title() + ", " + event.detail() + ", at " + at.getText());
        }
    }
}
