package headroom.app.view;

import headroom.app.component.ErrorCard;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.viewmodel.ClaimsViewModel;
import headroom.app.viewmodel.ClaimsViewModel.State;
import headroom.engine.workbench.ClaimRow;
import java.util.List;
import javafx.geometry.HPos;
import javafx.geometry.VPos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** What the papers say of a method's memory, beside what dry runs at their scale give: published, planned, difference, verdict. */
final class ClaimsPane extends VBox {
    private final ClaimsViewModel model;

    ClaimsPane(ClaimsViewModel model) {
        super(8);
        this.model = model;
        setId("claims");
        model.stateProperty().addListener((o, was, is) -> show(is));
        show(model.stateProperty().get());
    }

    private void show(State state) {
        final Label title = Parts.label("Published figures", "type-table", "strong");
        final Node content = switch (state) {
            case State.None _ -> Parts.words("No published figures are recorded for this method.", "type-table", "muted");
            case State.Unasked _ -> button("Check the paper's figures");
            case State.Checking c -> Parts.label(c.total() == 0 ? "Checking" : "Checked " + c.done() + " of " + c.total(), "type-table", "muted");
            case State.Checked c -> table(c);
            case State.Failed f -> failed(f);
        };
        getChildren().setAll(title, content);
    }

    private Button button(String text) {
        final Button check = Parts.button(text, null, null, model::check);
        check.setId("check-claims");
        return check;
    }

    private ErrorCard failed(State.Failed state) {
        final ErrorCard card = new ErrorCard(state.problem());
        card.addAction("Check again", model::check);
        return card;
    }

    private static Node table(State.Checked checked) {
        final GridPane grid = new GridPane();
        grid.getStyleClass().add("figures");
        final ColumnConstraints wide = new ColumnConstraints();
        wide.setHgrow(Priority.ALWAYS);
        grid.getColumnConstraints().add(wide);
        grid.add(Parts.label("claim", "type-axis", "faint"), 0, 0);
        final List<String> heads = List.of("published", "planned", "difference");
        for (int i = 0; i < heads.size(); i++) {
            final ColumnConstraints figure = new ColumnConstraints(64, 76, Region.USE_PREF_SIZE);
            figure.setHalignment(HPos.RIGHT);
            grid.getColumnConstraints().add(figure);
            grid.add(Parts.label(heads.get(i), "type-axis", "faint"), i + 1, 0);
        }
        int line = 1;
        for (final ClaimRow row : checked.rows()) {
            grid.add(Parts.rule(), 0, line++, heads.size() + 1, 1);
            line = claim(grid, row, line);
        }
        final long holding = checked.holding();
        final boolean all = holding == checked.rows().size();
        final Label summary = Parts.words(all ? "All " + holding + " hold." : holding + " of " + checked.rows().size() + " hold.", "type-table", all ? "ok" : "bad");
        return new VBox(4, grid, summary);
    }

    private static int claim(GridPane grid, ClaimRow row, int line) {
        final Label says = Parts.words(row.says(), "type-table");
        final String published = bound(row) + Units.figure(row.published());
        final String planned = Units.figure(row.planned());
        final String difference = row.published() == 0 ? Units.figure(row.difference()) : Units.share(row.difference());
        final List<Label> figures = List.of(Parts.label(published, "type-table"), Parts.label(planned, "type-table", "medium"), Parts.label(difference, "type-table", "muted"));
        final Label source = Parts.words(row.source() + (row.note().isEmpty() ? "" : "; " + row.note()), "type-axis", "faint");
        final Label unit = Parts.label(row.unit(), "type-axis", "faint");
        final Label verdict = Parts.label(row.verdict(), "type-axis", "strong", row.holds() ? "ok" : "bad");
        says.setTooltip(new Tooltip(String.join("\n", row.settings())));
        says.setAccessibleText(row.says() + ", published " + published + " " + row.unit() + ", planned " + planned + ", " + row.verdict());
        grid.add(says, 0, line);
        for (int i = 0; i < figures.size(); i++) {
            GridPane.setValignment(figures.get(i), VPos.TOP);
            grid.add(figures.get(i), i + 1, line);
        }
        grid.add(source, 0, line + 1);
        GridPane.setValignment(unit, VPos.TOP);
        GridPane.setValignment(verdict, VPos.TOP);
        grid.add(unit, 1, line + 1, 2, 1);
        grid.add(verdict, 3, line + 1);
        return line + 2;
    }

    private static String bound(ClaimRow row) {
        return switch (row.bound()) {
            case "at most" -> "≤" + Units.THIN;
            case "at least" -> "≥" + Units.THIN;
            default -> "";
        };
    }
}
