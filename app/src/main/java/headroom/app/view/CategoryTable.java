package headroom.app.view;

import headroom.app.component.Legend;
import headroom.app.component.MemoryStack;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.engine.memory.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javafx.geometry.HPos;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;

/** One row per category in stack order, a swatch before each, figures in columns; the rows never move, only their figures change. */
final class CategoryTable extends GridPane {
    private final List<List<Label>> cells = new ArrayList<>();
    private final int columns;

    /** @param heads over the columns of figures; @param outside adds the row of what the ledger does not hold */
    CategoryTable(String first, List<String> heads, boolean outside) {
        this.columns = heads.size();
        getStyleClass().add("figures");
        final ColumnConstraints wide = new ColumnConstraints();
        wide.setHgrow(Priority.ALWAYS);
        getColumnConstraints().add(wide);
        add(Parts.label(first, "type-axis", "faint"), 0, 0);
        for (int c = 0; c < columns; c++) {
            final ColumnConstraints figure = new ColumnConstraints(72, 84, Region.USE_PREF_SIZE);
            figure.setHalignment(HPos.RIGHT);
            getColumnConstraints().add(figure);
            add(Parts.label(heads.get(c), "type-axis", "faint"), c + 1, 0);
        }
        for (final Category category : Category.values()) {
            row(new HBox(8, Legend.swatch(category), Parts.label(MemoryStack.name(category), "type-table")));
        }
        if (outside) {
            row(new HBox(8, Legend.outsideSwatch(), Parts.label("Outside ledger", "type-table", "muted")));
        }
    }

    private void row(HBox name) {
        name.setAlignment(javafx.geometry.Pos.CENTER_LEFT);
        final int at = cells.size() * 2 + 1;
        final Region rule = Parts.rule();
        add(rule, 0, at, columns + 1, 1);
        add(name, 0, at + 1);
        name.setMinHeight(20);
        final List<Label> labels = new ArrayList<>();
        for (int c = 0; c < columns; c++) {
            final Label label = Parts.label(Units.NONE, "type-table");
            if (c == columns - 1 && columns > 1) {
                label.getStyleClass().add("muted");
            }
            labels.add(label);
            add(label, c + 1, at + 1);
        }
        cells.add(labels);
    }

    /** @param text of a category in a column */
    void show(int column, Function<Category, String> text) {
        for (final Category category : Category.values()) {
            cells.get(category.ordinal()).get(column).setText(text.apply(category));
        }
    }

    void showOutside(int column, String text) {
        cells.getLast().get(column).setText(text);
    }
}
