package headroom.app.view;

import headroom.app.component.MemoryBar;
import headroom.app.component.MemoryStack;
import headroom.app.component.Palette;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.viewmodel.PlanViewModel;
import headroom.engine.workbench.MemoryPlan;
import java.util.ArrayList;
import java.util.List;
import javafx.geometry.Pos;
import javafx.geometry.VPos;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** The plan as a stack against the budget, with its error band; up to two other methods below it, on the same axis. */
final class PlanBars extends GridPane {
    private final PlanViewModel model;
    private final BarAxis axis = new BarAxis(0, 0);

    PlanBars(PlanViewModel model) {
        this.model = model;
        setHgap(16);
        setVgap(6);
        setStyle("-fx-padding: 0 24 8 24;");
        final ColumnConstraints name = new ColumnConstraints(96, 128, 128);
        final ColumnConstraints bar = new ColumnConstraints(120, 400, Double.MAX_VALUE);
        bar.setHgrow(Priority.ALWAYS);
        getColumnConstraints().addAll(name, bar, new ColumnConstraints(80, 96, 96));
    }

    void show(MemoryPlan plan) {
        getChildren().clear();
        final List<MemoryPlan> plans = new ArrayList<>();
        if (plan != null) {
            plans.add(plan);
        }
        plans.addAll(model.besides());
        final long most = plans.stream().mapToLong(one -> one.worstPeakBytes() + one.outsideBytes() + one.bandBytes()).max().orElse(1);
        final long budget = plan == null ? model.journey().budgetBytesProperty().get() : plan.budgetBytes();
        final long scale = Math.max(1, budget > 0 && budget < most * 4 ? Math.max(Math.round(most * 1.04), Math.round(budget * 1.12)) : Math.round(most * 1.15));
        axis.show(scale, budget);
        add(axis, 1, 0);
        if (plan == null) {
            add(name(0, model.requestProperty().get() == null ? Units.NONE : model.methodName(model.requestProperty().get().method()), "planning"), 0, 1);
            add(new MemoryBar(40).setBudget(budget).setAxis(scale), 1, 1);
        }
        for (int i = 0; i < plans.size(); i++) {
            final MemoryPlan one = plans.get(i);
            add(name(i, model.methodName(one.request().method()), i == 0 ? "plan to run" : "same batches"), 0, i + 1);
            final MemoryBar bar = new MemoryBar(i == 0 ? 40 : 24).show(new MemoryStack(one.outsideBytes(), one.byCategoryAtPeak())).setBand(one.bandBytes()).setBudget(budget).setAxis(scale);
            bar.setMinWidth(0);
            add(bar, 1, i + 1);
            add(figures(plans.getFirst(), one, i), 2, i + 1);
        }
        getChildren().forEach(node -> setValignment(node, VPos.TOP));
    }

    private static VBox name(int index, String method, String what) {
        final Label letter = Parts.label(Palette.letter(index), "strong");
        letter.getStyleClass().add("run-" + Palette.letter(index).toLowerCase(java.util.Locale.ROOT));
        final Label text = Parts.label(method, "strong");
        text.setMinWidth(0);
        final HBox line = new HBox(8, letter, text);
        letter.setMinWidth(12);
        return new VBox(2, line, Parts.label(what, "type-axis", "muted"));
    }

    private static VBox figures(MemoryPlan first, MemoryPlan plan, int index) {
        final Label peak = Parts.label(Units.memory(plan.worstPeakBytes() + plan.outsideBytes()), index == 0 ? "type-section" : "strong");
        final VBox box = new VBox(2, peak, Parts.label(index == 0 ? Units.amount(plan.trainedParameters()) + " trained" : Units.factor(plan.flops() / first.flops()) + " ops", "type-axis", "muted"));
        box.setAlignment(Pos.TOP_RIGHT);
        return box;
    }
}
