package headroom.app.window;

import headroom.app.component.Pop;
import headroom.app.component.Units;
import headroom.engine.workbench.MachineReading;
import java.util.ArrayList;
import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import org.controlsfx.control.PopOver;
import org.controlsfx.control.StatusBar;

/** Device, other processes, memory and disk at the foot of the window; each item opens its detail. */
final class MachineStatusBar extends StatusBar {
    private final List<Item> items = new ArrayList<>();

    MachineStatusBar(ObservableValue<MachineReading> machine, ObservableValue<Number> budget) {
        setText("");
        final HBox row = new HBox(24);
        row.setAlignment(Pos.CENTER_LEFT);
        row.getStyleClass().add("status-items");
        getLeftItems().add(row);
        final Label offline = new Label("Works offline");
        offline.setMaxHeight(Double.MAX_VALUE);
        getRightItems().add(offline);
        items.add(new Item("status-device", "Device"));
        items.add(new Item("status-others", "Other processes"));
        items.add(new Item("status-spill", "Spill to shared"));
        items.add(new Item("status-budget", "Budget"));
        items.add(new Item("status-ram", "RAM"));
        items.add(new Item("status-process", "Headroom"));
        items.add(new Item("status-disk", "Disk"));
        items.forEach(item -> row.getChildren().add(item.button));
        machine.addListener((o, was, is) -> show(is, budget.getValue().longValue()));
        budget.addListener((o, was, is) -> show(machine.getValue(), is.longValue()));
        show(machine.getValue(), budget.getValue().longValue());
    }

    private void show(MachineReading reading, long budget) {
        items.forEach(item -> item.set("", "", List.of()));
        if (reading == null) {
            items.getFirst().set("Reading this machine", "", List.of());
            return;
        }
        reading.device().ifPresentOrElse(device -> {
            items.get(0).set(device.name() + " dedicated ", Units.gibNumber(device.usedBytes()), " of " + Units.gib(device.totalBytes()), details(reading));
            items.get(1).set("Other processes ", Units.memory(device.otherBytes()), List.of("On this card", Units.memory(device.otherBytes())));
            items.get(2).set("Spill to shared ", device.sharedBytes() == 0 ? "none" : Units.memory(device.sharedBytes()),
                    List.of("Moved to main memory by the driver", Units.memory(device.sharedBytes())));
        }, () -> items.get(0).set("CPU ", reading.cores() + " cores", "", details(reading)));
        items.get(3).set("Budget ", budget > 0 ? Units.memory(budget) : Units.memory(reading.capacityBytes()), budget > 0 ? ", set by you" : ", this machine",
                List.of("Pretended", budget > 0 ? Units.memory(budget) : "no", "Really there", Units.memory(reading.capacityBytes())));
        items.get(4).set("RAM ", Units.gibNumber(reading.ramUsedBytes()), " of " + Units.gib(reading.ramBytes()),
                List.of("Used by everything", Units.gib(reading.ramUsedBytes()), "Free", Units.gib(reading.ramBytes() - reading.ramUsedBytes())));
        items.get(5).set("Headroom ", Units.memory(reading.processBytes()), List.of("This process", Units.memory(reading.processBytes()),
                "Load", Units.percent(reading.processLoad()) + " of all cores", "Allocator", reading.allocator()));
        items.get(6).set("Disk ", Units.gib(reading.diskFreeBytes()), " free", List.of("Free where runs are kept", Units.gib(reading.diskFreeBytes())));
    }

    private static List<String> details(MachineReading reading) {
        final List<String> rows = new ArrayList<>(List.of("Processor", reading.processor(), "Cores", String.valueOf(reading.cores()),
                "Load", Units.percent(reading.processorLoad()), "Engine", reading.engine(), "Allocator", reading.allocator()));
        reading.device().ifPresent(device -> rows.addAll(List.of("Card", device.name(), "Card load", Units.percent(device.load()))));
        return rows;
    }

    /** One item: words with the figure in stronger text, and pairs of name and value behind it. */
    private static final class Item {
        private final Label before = new Label();
        private final Label value = new Label();
        private final Label after = new Label();
        private final Button button = new Button();
        private List<String> pairs = List.of();

        Item(String id, String name) {
            value.getStyleClass().add("status-value");
            final HBox words = new HBox(before, value, after);
            words.setAlignment(Pos.CENTER_LEFT);
            button.setGraphic(words);
            button.setId(id);
            button.getStyleClass().add("status-item");
            button.setAccessibleText(name);
            button.setOnAction(event -> open(name));
        }

        void set(String first, String figure, List<String> details) {
            set(first, figure, "", details);
        }

        void set(String first, String figure, String last, List<String> details) {
            before.setText(first);
            value.setText(figure);
            after.setText(last);
            pairs = List.copyOf(details);
            final boolean shown = !(first + figure + last).isEmpty();
            button.setVisible(shown);
            button.setManaged(shown);
            button.setAccessibleText(first + figure + last);
        }

        private void open(String name) {
            if (!pairs.isEmpty()) {
                Pop.show(button, table(name), PopOver.ArrowLocation.BOTTOM_LEFT);
            }
        }

        private Node table(String name) {
            final GridPane grid = new GridPane(24, 4);
            grid.setStyle("-fx-padding: 12;");
            for (int i = 0; i + 1 < pairs.size(); i += 2) {
                final Label key = new Label(pairs.get(i));
                key.getStyleClass().addAll("type-table", "muted");
                final Label text = new Label(pairs.get(i + 1));
                text.getStyleClass().add("type-table");
                grid.addRow(i / 2, key, text);
            }
            grid.setAccessibleText(name);
            return grid;
        }
    }
}
