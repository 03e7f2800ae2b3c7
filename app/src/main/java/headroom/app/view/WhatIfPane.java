package headroom.app.view;

import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.viewmodel.PlanViewModel;
import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.Setting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** Everything that can be changed about a plan; each change is a dry run. */
final class WhatIfPane extends VBox {
    private final PlanViewModel model;
    private final BudgetSlider budget;
    private final VBox controls = new VBox(8);
    private final List<SettingControl> shown = new ArrayList<>();
    private final Label method = Parts.label("", "type-table", "muted");
    private final Label last = Parts.words("", "type-table", "muted");

    WhatIfPane(PlanViewModel model) {
        this.model = model;
        getStyleClass().add("pane");
        budget = new BudgetSlider(model.journey());
        final Button undo = Parts.button("Undo", null, "Ctrl Z", model::undo);
        undo.disableProperty().bind(model.undoableProperty().not());
        final Button reset = Parts.quiet("Reset", model::reset);
        reset.disableProperty().bind(model.requestProperty().isNull());
        final HBox ways = new HBox(4, undo, reset);
        ways.setAlignment(Pos.CENTER_LEFT);
        final VBox body = new VBox(12, budget, controls, Parts.rule(), last, ways);
        body.setStyle("-fx-padding: 0 24 16 24;");
        final Node scroll = Columns.scrolling(body);
        VBox.setVgrow(scroll, Priority.ALWAYS);
        final HBox head = Parts.paneHeader("What if", "", method);
        head.setStyle("-fx-padding: 0 24 0 24;");
        getChildren().addAll(head, scroll);
        model.journey().methodProperty().addListener((o, was, is) -> rebuild());
        model.requestProperty().addListener((o, was, is) -> refresh());
        model.planProperty().addListener((o, was, is) -> {
            refresh();
            said(is);
        });
        rebuild();
    }

    Node focusTarget() {
        return budget.slider();
    }

    private void rebuild() {
        shown.clear();
        model.settings().stream().sorted(Comparator.comparingInt(SettingControl::rank)).forEach((Setting setting) -> shown.add(new SettingControl(model, setting)));
        controls.getChildren().setAll(shown);
        method.setText(model.journey().methodProperty().get() == null ? "" : model.journey().methodProperty().get().name());
    }

    private void refresh() {
        shown.forEach(SettingControl::refresh);
    }

    private void said(MemoryPlan plan) {
        last.setText("Each change is a dry run of the same step the engine trains." + (plan == null ? "" : " Last one: "
                + Units.duration(plan.planSeconds()) + ", " + Units.count(plan.operations()) + " ops."));
    }
}
