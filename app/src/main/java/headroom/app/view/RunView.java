package headroom.app.view;

import headroom.app.component.EmptyState;
import headroom.app.component.ErrorCard;
import headroom.app.component.HeatStrip;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.viewmodel.RunViewModel;
import headroom.app.viewmodel.DividersViewModel;
import headroom.app.window.Command;
import headroom.app.window.Navigator;
import headroom.app.window.View;
import headroom.engine.workbench.LayerInstant;
import headroom.engine.workbench.RunCommand;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.RunState;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.control.SplitPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** A run as it goes: state and commands above, memory, loss, speed and layers at the left, machine, plan and events at the right. */
public final class RunView implements View {
    private final RunViewModel model;
    private final Navigator navigator;
    private final RunStrip strip;
    private final LiveMemory memory = new LiveMemory();
    private final RunCurves curves = new RunCurves();
    private final HeatStrip heat = new HeatStrip();
    private final RunSide side = new RunSide();
    private final VBox problems = new VBox();
    private final StackPane body = new StackPane();
    private final VBox page;
    private final SplitPane live;
    private final EmptyState empty;
    private final StackPane root = new StackPane();
    private FailurePane failure;
    private String failed = "";

    public RunView(RunViewModel model, DividersViewModel dividers, Navigator navigator) {
        this.model = model;
        this.navigator = navigator;
        strip = new RunStrip(model, navigator);
        empty = new EmptyState("No run yet", "Plan one and start it: its memory, loss and speed stand here while it trains.", "Go to the plan", () -> navigator.go("plan"));
        final VBox layers = new VBox(layerHead(), padded(heat));
        layers.setMinHeight(108);
        VBox.setVgrow(memory, Priority.ALWAYS);
        curves.setPrefHeight(188);
        final VBox left = new VBox(memory, Parts.rule(), curves, Parts.rule(), layers);
        left.getStyleClass().add("pane");
        left.setMinWidth(560);
        live = Columns.of(0, new double[] {0, 416}, left, side);
        Columns.remember(live, "run", dividers);
        body.getChildren().setAll(live);
        VBox.setVgrow(body, Priority.ALWAYS);
        page = new VBox(strip, Parts.rule(), problems, body);
        root.getChildren().setAll(empty);
        model.snapshotProperty().addListener((o, was, is) -> show(is));
        model.machineProperty().addListener((o, was, is) -> {
            if (is != null && root.getScene() != null) {
                side.machine(is, model.snapshotProperty().get() == null ? 0 : model.snapshotProperty().get().memory().budgetBytes());
            }
        });
        model.problemProperty().addListener((o, was, is) -> problems.getChildren().setAll(is == null ? List.of() : List.of(new ErrorCard(is))));
    }

    private static Node layerHead() {
        final javafx.scene.layout.HBox head = Parts.paneHeader("Per layer, this step", "chart", Parts.label("stronger is more, each row on its own scale", "type-axis", "muted"));
        head.setStyle("-fx-padding: 0 24 0 24;");
        return head;
    }

    private static StackPane padded(Node node) {
        final StackPane box = new StackPane(node);
        box.setStyle("-fx-padding: 0 24 8 24;");
        return box;
    }

    private void show(RunSnapshot now) {
        final Node wanted = now == null ? empty : page;
        if (root.getChildren().getFirst() != wanted) {
            root.getChildren().setAll(wanted);
        }
        if (now == null) {
            return;
        }
        if (root.getScene() != null || now.state().ended()) {
            memory.draw(now);
        }
        tables(now);
        now.failure().filter(card -> now.state() == RunState.FAILED).ifPresentOrElse(card -> {
            final String key = now.run() + "/" + now.revision();
            if (!key.equals(failed)) {
                failed = key;
                failure = new FailurePane(model, navigator, now, card);
                body.getChildren().setAll(failure);
                failure.focusTarget().requestFocus();
            }
        }, () -> {
            if (failure != null) {
                failure = null;
                failed = "";
                body.getChildren().setAll(live);
            }
        });
    }

    /** With every snapshot, of which there are at most four a second. */
    private void tables(RunSnapshot now) {
        strip.show(now);
        memory.figures(now);
        curves.show(now);
        side.show(now);
        // a figure that no layer has is no row
        heat.show(now.layers().stream().map(layer -> shortName(layer.layer())).toList(), Stream.of(
                row("Kept, MiB", now, layer -> layer.keptBytes() / (double) Units.MIB, 1), row("Gradient norm", now, LayerInstant::gradientNorm, 2),
                row("Time, ms", now, layer -> layer.stepSeconds() * 1000, 0)).filter(row -> Arrays.stream(row.values()).anyMatch(Double::isFinite)).toList());
    }

    private static HeatStrip.Row row(String name, RunSnapshot now, ToDoubleFunction<LayerInstant> value, int places) {
        return new HeatStrip.Row(name, now.layers().stream().mapToDouble(value).toArray(), figure -> Units.decimals(figure, figure >= 100 ? 0 : places));
    }

    private static String shortName(String layer) {
        return layer.startsWith("embed") ? "emb" : layer.replaceFirst("^[a-z_]+\\.", "");
    }

    @Override
    public String id() {
        return "run";
    }

    @Override
    public String title() {
        return "Run";
    }

    @Override
    public Node root() {
        return root;
    }

    @Override
    public Node focusTarget() {
        return model.snapshotProperty().get() == null ? empty.action() : failure == null ? strip.focusTarget() : failure.focusTarget();
    }

    @Override
    public ObservableValue<String> state() {
        return model.stateProperty();
    }

    @Override
    public void shown() {
        model.setShown(true);
        model.showNewest();
        if (model.snapshotProperty().get() != null) {
            show(model.snapshotProperty().get());
        }
    }

    @Override
    public void hidden() {
        model.setShown(false);
    }

    private RunState state(RunSnapshot now) {
        return now == null ? RunState.PLANNED : now.state();
    }

    @Override
    public List<Command> commands() {
        final RunState now = state(model.snapshotProperty().get());
        final String run = model.snapshotProperty().get() == null ? "RUN" : model.snapshotProperty().get().run();
        return List.of(Command.of(now == RunState.RUNNING ? "Pause the run" : "Resume the run", "Space", "headroom resume " + run,
                        () -> now == RunState.RUNNING || now == RunState.PAUSED || model.resumable(), model::pauseOrResume),
                Command.of("Write a checkpoint now", "Ctrl+S", "", () -> now == RunState.RUNNING || now == RunState.PAUSED, () -> model.tell(RunCommand.CHECKPOINT)),
                Command.of("Stop the run with a checkpoint", "Ctrl+Period", "", model::live, strip::stopNow));
    }

    @Override
    public String learnPage() {
        return "where-memory-goes";
    }
}
