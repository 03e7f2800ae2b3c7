package headroom.app.view;

import headroom.app.component.EmptyState;
import headroom.app.component.ErrorCard;
import headroom.app.component.Legend;
import headroom.app.component.MemoryTimeline;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.component.VerdictBanner;
import headroom.app.viewmodel.PlanViewModel;
import headroom.app.viewmodel.RunLength;
import headroom.app.viewmodel.DividersViewModel;
import headroom.app.window.Command;
import headroom.app.window.Navigator;
import headroom.app.window.View;
import headroom.engine.workbench.Advice;
import headroom.engine.workbench.ArenaReport;
import headroom.engine.workbench.LayerRow;
import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.Verdict;
import java.util.List;
import java.util.stream.IntStream;
import javafx.beans.Observable;
import javafx.beans.property.StringProperty;
import javafx.beans.value.ObservableValue;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TableView;
import javafx.scene.control.TextField;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** One step of training before it is run: its memory against the budget, through the step, per layer and per phase; what to change; and the start. */
public final class PlanView implements View {
    private static final PseudoClass WRONG = PseudoClass.getPseudoClass("danger");

    private final PlanViewModel model;
    private final Navigator navigator;
    private final WhatIfPane whatIf;
    private final PlanBars bars;
    private final MemoryTimeline timeline = new MemoryTimeline().setNaming("Memory of one step", true, false);
    private final TableView<LayerRow> layers = PlanTables.layers();
    private final TableView<MemoryPlan.Phase> preflight;
    private final VerdictBanner verdict = new VerdictBanner();
    private final ListView<Advice> advice = new ListView<>();
    private final Label reading = Parts.label("", "type-table", "muted");
    private final Label rows = Parts.label("", "type-table", "muted");
    private final Label older = Parts.label("older plan", "type-table", "warn");
    private final VBox problems = new VBox();
    private final VBox centre;
    private final Button run = Parts.primary("Run", "Ctrl R", () -> start(false));
    private final Button anyway = Parts.button("Run anyway", null, null, () -> start(true));
    private final Label decisions = Parts.words("", "type-table", "muted");
    private final Drawer drawer;
    private final StackPane root = new StackPane();

    public PlanView(PlanViewModel model, DividersViewModel dividers, Navigator navigator) {
        this.model = model;
        this.navigator = navigator;
        whatIf = new WhatIfPane(model);
        bars = new PlanBars(model);
        preflight = PlanTables.preflight(nothing -> model.planProperty().get());
        centre = centre();
        final VBox right = right();
        final SplitPane page = Columns.of(1, new double[] {256, 0, 368}, whatIf, centre, right);
        Columns.remember(page, "plan", dividers);
        drawer = new Drawer(page, right, 368, true);
        final EmptyState empty = new EmptyState("Nothing to plan yet", "Choose a model, a dataset and a method: their memory stands here before anything runs.", "Go to the catalog", () -> navigator.go("catalog"));
        root.getChildren().setAll(model.requestProperty().get() == null ? empty : page);
        model.requestProperty().addListener((o, was, is) -> root.getChildren().setAll(is == null ? empty : page));
        model.planProperty().addListener((o, was, is) -> show());
        model.besides().addListener((Observable o) -> show());
        model.staleProperty().addListener((o, was, is) -> stale());
        model.problemProperty().addListener((o, was, is) -> show());
        model.refusalProperty().addListener((o, was, is) -> show());
        timeline.onInstant(instant -> reading.setText(instant == null ? "" : instant.phase() + " · " + instant.op() + " · " + Units.memory(instant.bytes().totalBytes())));
        show();
    }

    private VBox centre() {
        final Legend legend = new Legend();
        legend.setHgap(8);
        HBox.setHgrow(legend, Priority.ALWAYS);
        final HBox head = wide(Parts.paneHeader("Peak of one step", ""));
        head.getChildren().setAll(Parts.label("Peak of one step", "type-section"), older, legend);
        older.setMinWidth(javafx.scene.layout.Region.USE_PREF_SIZE);
        head.getChildren().getFirst().setStyle("-fx-min-width: 132;");
        legend.onHover(timeline::light);
        final HBox through = wide(Parts.paneHeader("Through one step", "chart", reading));
        timeline.setMinHeight(120);
        timeline.setPrefHeight(240);
        final StackPane chart = new StackPane(timeline);
        chart.setStyle("-fx-padding: 0 24 8 24;");
        final VBox step = new VBox(through, chart);
        VBox.setVgrow(chart, Priority.ALWAYS);
        VBox.setVgrow(step, Priority.ALWAYS);
        final VBox left = new VBox(wide(Parts.paneHeader("Per layer", "chart", rows)), padded(layers));
        final VBox rightTable = new VBox(wide(Parts.paneHeader("Pre-flight: every phase", "chart")), padded(preflight));
        VBox.setVgrow(left.getChildren().get(1), Priority.ALWAYS);
        VBox.setVgrow(rightTable.getChildren().get(1), Priority.ALWAYS);
        final SplitPane tables = Columns.of(1, new double[] {404, 0}, left, rightTable);
        tables.setMinHeight(160);
        tables.setPrefHeight(248);
        tables.setMaxHeight(248);
        final VBox box = new VBox(head, problems, bars, Parts.rule(), step, Parts.rule(), tables);
        box.getStyleClass().add("pane");
        box.setMinWidth(480);
        return box;
    }

    private static StackPane padded(Node node) {
        final StackPane box = new StackPane(node);
        box.setStyle("-fx-padding: 0 16 8 16;");
        return box;
    }

    private static HBox wide(HBox head) {
        head.setStyle("-fx-padding: 0 24 0 24;");
        return head;
    }

    private VBox right() {
        advice.setId("advice");
        advice.setFixedCellSize(AdviceCell.HEIGHT);
        advice.setCellFactory(list -> new AdviceCell(model::apply, false));
        advice.setPlaceholder(padded(Parts.words("Nothing that can be changed lowers this peak.", "type-table", "muted")));
        VBox.setVgrow(advice, Priority.ALWAYS);
        run.setMaxWidth(Double.MAX_VALUE);
        run.setId("run");
        anyway.setId("run-anyway");
        HBox.setHgrow(run, Priority.ALWAYS);
        final HBox actions = new HBox(8, run, anyway);
        final VBox foot = new VBox(12, lengths(), actions);
        foot.setStyle("-fx-padding: 12 24 12 24;");
        final VBox known = new VBox(decisions);
        known.setStyle("-fx-padding: 8 24 8 24;");
        final HBox head = wide(Parts.paneHeader("What to change, best first", "inner", Parts.label("most bytes per time", "type-table", "muted")));
        final VBox pane = new VBox(verdict, head, Parts.rule(), advice, known, Parts.rule(), foot);
        pane.getStyleClass().add("pane");
        pane.setMinWidth(280);
        return pane;
    }

    private Node lengths() {
        final RunLength length = model.runLength();
        final GridPane grid = new GridPane(8, 8);
        field(grid, 0, 0, "Epochs", "epochs", length.epochsProperty(), "3");
        field(grid, 1, 0, "Steps", "steps", length.stepsProperty(), "by epochs");
        field(grid, 2, 0, "Seed", "seed", length.seedProperty(), "1");
        field(grid, 0, 1, "Evaluate every", "eval-every", length.evalEveryProperty(), "epoch");
        field(grid, 1, 1, "Checkpoint every", "checkpoint-every", length.checkpointEveryProperty(), "epoch");
        return grid;
    }

    private static void field(GridPane grid, int column, int row, String name, String id, StringProperty value, String standard) {
        final TextField field = new TextField();
        field.setPromptText(standard);
        field.getStyleClass().add("compact");
        field.setId(id);
        field.setPrefWidth(104);
        field.setAccessibleText(name);
        field.textProperty().bindBidirectional(value);
        field.textProperty().addListener((o, was, is) -> field.pseudoClassStateChanged(WRONG, !RunLength.valid(is)));
        final Label label = Parts.label(name, "type-axis", "muted");
        label.setLabelFor(field);
        grid.add(new VBox(2, label, field), column, row);
    }

    private void start(boolean although) {
        model.start(although, id -> navigator.go("run"));
    }

    private boolean startable() {
        return model.planProperty().get() != null && !model.staleProperty().get() && model.trainable() && !model.startingProperty().get();
    }

    private void stale() {
        final boolean old = model.staleProperty().get();
        older.setVisible(old);
        older.setManaged(old);
        for (final Node node : List.of(bars, timeline, layers, preflight)) {
            node.setOpacity(old ? 0.6 : 1);
        }
        run.setDisable(!startable() || over());
    }

    private boolean over() {
        return model.planProperty().get() != null && model.planProperty().get().verdict() == Verdict.OVER;
    }

    private void show() {
        final MemoryPlan plan = model.planProperty().get();
        final Problem problem = model.problemProperty().get() != null ? model.problemProperty().get() : model.refusalProperty().get();
        problems.getChildren().setAll(problem == null ? List.of() : List.of(new ErrorCard(problem)));
        bars.show(plan);
        stale();
        anyway.setVisible(over() && model.trainable());
        anyway.setManaged(anyway.isVisible());
        if (plan == null) {
            timeline.showStep(List.of(), 0).setBudget(model.journey().budgetBytesProperty().get());
            layers.getItems().clear();
            preflight.getItems().clear();
            advice.getItems().clear();
            verdict.setVisible(problem == null && model.requestProperty().get() != null);
            verdict.show(Verdict.TIGHT, "Planning", "The step is run on shapes alone; this takes a moment for the first plan.");
            return;
        }
        verdict.setVisible(true);
        verdict.show(plan.verdict(), PlanViewModel.sentence(plan));
        timeline.showStep(plan.timeline(), plan.outsideBytes()).setBudget(plan.budgetBytes())
                .setOverlays(IntStream.range(0, model.besides().size()).mapToObj(i -> overlay(i)).toList());
        layers.getItems().setAll(plan.perLayer());
        rows.setText(plan.perLayer().size() + " rows · Ctrl L");
        preflight.getItems().setAll(plan.preflight());
        advice.getItems().setAll(plan.advice());
        final String assumed = plan.decisions().isEmpty() ? "" : " Assumed: " + String.join("; ", plan.decisions()) + ".";
        decisions.setText(model.trainable() ? (plan.arena().map(ArenaReport::words).orElse("") + assumed).strip() : "A shape can be planned, not trained: its weights are not here.");
    }

    private MemoryTimeline.Overlay overlay(int i) {
        final MemoryPlan beside = model.besides().get(i);
        return new MemoryTimeline.Overlay(model.methodName(beside.request().method()), i + 1, beside.timeline(), beside.outsideBytes());
    }

    @Override
    public String id() {
        return "plan";
    }

    @Override
    public String title() {
        return "Plan";
    }

    @Override
    public Node root() {
        return root;
    }

    @Override
    public Node focusTarget() {
        return model.requestProperty().get() == null ? root : whatIf.focusTarget();
    }

    @Override
    public ObservableValue<String> state() {
        return model.stateProperty();
    }

    @Override
    public void shown() {
        model.shownProperty().set(true);
    }

    @Override
    public void hidden() {
        model.shownProperty().set(false);
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.of("Run the plan", "Ctrl+R", model.twin(), () -> startable() && !over(), () -> start(false)),
                Command.of("Run although it does not fit", "", model.twin(), () -> startable() && over(), () -> start(true)),
                Command.of("Undo a what-if", "Ctrl+Z", "", model.undoableProperty()::get, model::undo),
                Command.of("Reset to the recipe", "", "", () -> model.requestProperty().get() != null, model::reset),
                drawer.command("verdict and advice"),
                Command.of("Go to the per-layer table", "Ctrl+L", layers::requestFocus));
    }

    @Override
    public String learnPage() {
        return "reading-the-plan";
    }
}
