package headroom.app.view;

import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.component.VerdictLabel;
import headroom.engine.workbench.LayerRow;
import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.MemoryPlan.Phase;
import headroom.engine.workbench.Verdict;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.layout.Region;

/** The two tables below a plan: what each layer holds, and what each phase of a run needs. */
final class PlanTables {
    private PlanTables() {}

    static TableView<LayerRow> layers() {
        final TableView<LayerRow> table = table("per-layer");
        table.setPlaceholder(Parts.label("A plan shows here what every layer holds.", "muted"));
        table.getColumns().add(text("Layer", 124, LayerRow::layer, "mono"));
        table.getColumns().add(number("Weights", 72, LayerRow::weightsBytes, row -> Units.memory(row.weightsBytes())));
        table.getColumns().add(number("Trained", 72, LayerRow::trainedBytes, row -> row.trainedBytes() == 0 ? Units.NONE : Units.memory(row.trainedBytes())));
        table.getColumns().add(number("Kept", 72, LayerRow::keptBytes, row -> row.keptBytes() == 0 ? Units.NONE : Units.memory(row.keptBytes())));
        table.getColumns().add(bar());
        return table;
    }

    static TableView<Phase> preflight(Function<Void, MemoryPlan> plan) {
        final TableView<Phase> table = table("preflight");
        table.setPlaceholder(Parts.label("A plan shows here what every phase of a run needs.", "muted"));
        table.getColumns().add(text("Phase", 148, Phase::name, "medium"));
        table.getColumns().add(text("", 92, Phase::note, "muted"));
        table.getColumns().add(number("Peak", 72, Phase::peakBytes, phase -> Units.memory(phase.peakBytes())));
        final TableColumn<Phase, Phase> verdict = new TableColumn<>("Headroom");
        verdict.setPrefWidth(84);
        verdict.getStyleClass().add("right");
        verdict.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue()));
        verdict.setCellFactory(c -> new TableCell<>() {
            private final VerdictLabel label = new VerdictLabel();

            {
                getStyleClass().add("number");
            }

            @Override
            protected void updateItem(Phase phase, boolean empty) {
                super.updateItem(phase, empty);
                final MemoryPlan whole = plan.apply(null);
                setGraphic(empty || phase == null || whole == null ? null : label);
                if (getGraphic() != null) {
                    final long needed = phase.peakBytes() + whole.outsideBytes();
                    label.show(Verdict.of(needed, whole.bandBytes(), whole.budgetBytes()), Units.memory(whole.budgetBytes() - needed));
                }
            }
        });
        table.getColumns().add(verdict);
        return table;
    }

    private static <T> TableView<T> table(String id) {
        final TableView<T> table = new TableView<>();
        table.setId(id);
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_ALL_COLUMNS);
        return table;
    }

    private static <T> TableColumn<T, T> text(String name, double width, Function<T, String> value, String style) {
        final TableColumn<T, T> column = new TableColumn<>(name);
        column.setPrefWidth(width);
        column.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue()));
        column.setComparator(java.util.Comparator.comparing(value));
        column.setCellFactory(c -> new TableCell<>() {
            {
                getStyleClass().add(style);
            }

            @Override
            protected void updateItem(T row, boolean empty) {
                super.updateItem(row, empty);
                setText(empty || row == null ? null : value.apply(row));
            }
        });
        return column;
    }

    private static <T> TableColumn<T, T> number(String name, double width, ToDoubleFunction<T> order, Function<T, String> shown) {
        final TableColumn<T, T> column = new TableColumn<>(name);
        column.setPrefWidth(width);
        column.getStyleClass().add("right");
        column.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue()));
        column.setComparator(java.util.Comparator.comparingDouble(order));
        column.setCellFactory(c -> new TableCell<>() {
            {
                getStyleClass().add("number");
            }

            @Override
            protected void updateItem(T row, boolean empty) {
                super.updateItem(row, empty);
                setText(empty || row == null ? null : shown.apply(row));
            }
        });
        return column;
    }

    /** What is kept for the backward pass, against the layer that keeps most. */
    private static TableColumn<LayerRow, LayerRow> bar() {
        final TableColumn<LayerRow, LayerRow> column = new TableColumn<>("");
        column.setPrefWidth(56);
        column.setSortable(false);
        column.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue()));
        column.setCellFactory(c -> new TableCell<>() {
            private final Region bar = new Region();

            {
                bar.getStyleClass().add("kept-bar");
                bar.setMinHeight(8);
                bar.setMaxHeight(8);
            }

            @Override
            protected void updateItem(LayerRow row, boolean empty) {
                super.updateItem(row, empty);
                setGraphic(empty || row == null ? null : bar);
                if (getGraphic() != null) {
                    final long most = getTableView().getItems().stream().mapToLong(LayerRow::keptBytes).max().orElse(1);
                    final double width = most == 0 ? 0 : Math.max(row.keptBytes() == 0 ? 0 : 1, 40.0 * row.keptBytes() / most);
                    bar.setMinWidth(width);
                    bar.setMaxWidth(width);
                }
            }
        });
        return column;
    }
}
