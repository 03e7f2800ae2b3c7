package headroom.app.component;

import java.util.List;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;

/** The table twin of a chart. */
public final class FigureTable extends TableView<List<String>> {
    public FigureTable(Tabular.Figures figures) {
        getStyleClass().add("figure-table");
        for (int i = 0; i < figures.columns().size(); i++) {
            final int at = i;
            final TableColumn<List<String>, String> column = new TableColumn<>(figures.columns().get(i));
            column.setCellValueFactory(row -> new ReadOnlyStringWrapper(row.getValue().get(at)));
            column.setPrefWidth(112);
            column.setSortable(false);
            getColumns().add(column);
        }
        getItems().setAll(figures.rows());
        setAccessibleText(figures.title() + ", as a table");
        setPrefSize(Math.min(880, 24 + 112 * figures.columns().size()), 360);
    }
}
