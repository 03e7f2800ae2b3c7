package headroom.app.view;

import headroom.app.component.EmptyState;
import headroom.app.component.ErrorCard;
import headroom.app.component.MemoryBar;
import headroom.app.component.MemoryStack;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.component.VerdictLabel;
import headroom.app.viewmodel.CatalogViewModel;
import headroom.app.viewmodel.MethodRow;
import headroom.app.window.Navigator;
import headroom.engine.workbench.CategoryBytes;
import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.MethodEntry;
import java.util.List;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** The chosen method: its peak, each category against full fine-tuning, what it saves and costs, its eight slots. */
final class MethodDetail extends VBox {
    private final CatalogViewModel model;
    private final Navigator navigator;
    private final Label name = Parts.label("", "type-title");
    private final Label title = Parts.words("", "type-table", "muted");
    private final VerdictLabel verdict = new VerdictLabel();
    private final Label peak = Parts.label("", "type-hero");
    private final Label unit = Parts.label("", "type-section", "muted");
    private final Label band = Parts.label("", "type-table", "muted");
    private final MemoryBar bar = new MemoryBar(24);
    private final CategoryTable table = new CategoryTable("At the peak", List.of("here", "against full"), false);
    private final Label saves = Parts.words("", "type-table", "muted");
    private final Label costs = Parts.words("", "type-table", "muted");
    private final GridPane slots = new GridPane();
    private final VBox problem = new VBox();
    private final Button go = Parts.primary("Plan it", "Enter", this::plan);
    private final Button beside = Parts.button("Compare", null, null, this::compare);
    private final VBox body = new VBox(12);

    MethodDetail(CatalogViewModel model, Navigator navigator) {
        this.model = model;
        this.navigator = navigator;
        getStyleClass().add("pane");
        name.setMinWidth(0);
        final HBox head = new HBox(8, name, Parts.gap(), verdict);
        head.setAlignment(Pos.BASELINE_LEFT);
        final HBox hero = new HBox(4, peak, unit, band);
        hero.setAlignment(Pos.BASELINE_LEFT);
        HBox.setMargin(band, new javafx.geometry.Insets(0, 0, 0, 8));
        bar.setLabelled(false);
        final VBox good = new VBox(4, Parts.label("Saves", "type-table", "strong", "ok"), saves);
        final VBox bad = new VBox(4, Parts.label("Costs", "type-table", "strong", "warn"), costs);
        final GridPane both = new GridPane(16, 0);
        final ColumnConstraints half = new ColumnConstraints();
        half.setPercentWidth(50);
        both.getColumnConstraints().addAll(half, half);
        both.addRow(0, good, bad);
        slots.getStyleClass().add("figures");
        final HBox recipe = new HBox(4, Parts.label("Recipe", "type-table", "strong"), Parts.label("· grey is the default", "type-table", "muted"));
        body.getChildren().addAll(new VBox(4, head, title), problem, hero, bar, table, both, recipe, slots, new ClaimsPane(model.claims()));
        body.setStyle("-fx-padding: 12 24 16 24;");
        final VBox scrolled = new VBox(body);
        final HBox actions = new HBox(8, go, beside);
        go.setMaxWidth(Double.MAX_VALUE);
        HBox.setHgrow(go, Priority.ALWAYS);
        go.setId("plan-method");
        beside.setId("compare-method");
        actions.setStyle("-fx-padding: 12 24 12 24;");
        final Node scroll = Columns.scrolling(scrolled);
        VBox.setVgrow(scroll, Priority.ALWAYS);
        final VBox full = new VBox(scroll, Parts.rule(), actions);
        VBox.setVgrow(full, Priority.ALWAYS);
        final EmptyState empty = new EmptyState("No method chosen", "Choose one in the list: its memory and its recipe stand here.");
        VBox.setVgrow(empty, Priority.ALWAYS);
        model.selectedProperty().addListener((o, was, is) -> {
            getChildren().setAll(is == null ? empty : full);
            if (is != null) {
                show(is);
            }
        });
        model.journey().besides().addListener((javafx.beans.Observable o) -> besides());
        getChildren().setAll(empty);
    }

    /** Leads to the plan of the chosen method. */
    void plan() {
        if (model.selectedProperty().get() != null && model.journey().request().isPresent()) {
            navigator.go("plan");
        }
    }

    private void compare() {
        final String id = model.selectedProperty().get().entry().id();
        final List<String> others = model.journey().besides();
        if (!others.remove(id)) {
            if (others.size() >= headroom.app.viewmodel.Journey.COMPARED_METHODS) {
                others.removeFirst();
            }
            others.add(id);
        }
    }

    private void besides() {
        final MethodRow row = model.selectedProperty().get();
        final boolean in = row != null && model.journey().besides().contains(row.entry().id());
        beside.setText(in ? "Do not compare" : "Compare");
        beside.setAccessibleText(in ? "Take its bars out of the plan" : "Show its bars beside the plan");
    }

    private void show(MethodRow row) {
        final MethodEntry entry = row.entry();
        name.setText(entry.name());
        title.setText(entry.title() + (entry.year() == 0 ? "" : " · " + entry.paper() + " " + entry.year()));
        saves.setText(entry.saves());
        costs.setText(entry.costs());
        slots.getChildren().clear();
        for (int i = 0; i < entry.slots().size(); i++) {
            final MethodEntry.SlotChoice slot = entry.slots().get(i);
            slots.add(Parts.rule(), 0, i * 2, 2, 1);
            final Label key = Parts.label(slot.slot(), "type-table", "muted");
            key.setMinSize(96, 22);
            final Label value = Parts.label(slot.choice(), "type-table", slot.standard() ? "muted" : "medium");
            value.setMinWidth(0);
            value.setTooltip(slot.choice().length() > 40 ? new javafx.scene.control.Tooltip(slot.choice()) : null);
            GridPane.setHgrow(value, Priority.ALWAYS);
            slots.add(key, 0, i * 2 + 1);
            slots.add(value, 1, i * 2 + 1);
        }
        go.setText("Plan " + entry.name());
        problem.getChildren().setAll(row.problem().<Node>map(ErrorCard::new).stream().toList());
        besides();
        row.plan().ifPresentOrElse(this::figures, this::nothing);
    }

    private void figures(MemoryPlan plan) {
        final String[] words = Units.memory(plan.worstPeakBytes() + plan.outsideBytes()).split(Units.THIN);
        peak.setText(words[0]);
        unit.setText(words.length > 1 ? words[1] : "");
        band.setText(Units.band(plan.bandBytes()) + ", peak at " + where(plan));
        verdict.setVisible(true);
        verdict.show(plan.verdict(), plan.freeBytes());
        bar.show(new MemoryStack(plan.outsideBytes(), plan.byCategoryAtPeak())).setBudget(plan.budgetBytes()).setAxis(model.axisBytes());
        final CategoryBytes here = plan.byCategoryAtPeak();
        table.show(0, category -> Units.memory(here.get(category)));
        table.show(1, category -> model.yardstick().map(full -> Units.change(here.get(category) - full.byCategoryAtPeak().get(category))).orElse(Units.NONE));
    }

    private static String where(MemoryPlan plan) {
        return plan.peak().phase().isEmpty() ? plan.peak().op() : "the " + plan.peak().phase();
    }

    private void nothing() {
        peak.setText(Units.NONE);
        unit.setText("");
        band.setText("not planned");
        verdict.setVisible(false);
        bar.show(MemoryStack.EMPTY).setBudget(0);
        table.show(0, category -> Units.NONE);
        table.show(1, category -> Units.NONE);
    }
}
