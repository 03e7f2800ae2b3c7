package headroom.app.view;

import headroom.app.component.EmptyState;
import headroom.app.component.ErrorCard;
import headroom.app.component.MemoryBar;
import headroom.app.component.MemoryStack;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.viewmodel.StartViewModel;
import headroom.app.viewmodel.DividersViewModel;
import headroom.app.window.Command;
import headroom.app.window.Navigator;
import headroom.app.window.View;
import headroom.engine.workbench.Catalog;
import headroom.engine.workbench.MachineReading;
import headroom.engine.workbench.RunSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.beans.Observable;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.SplitPane;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** The first page where something was interrupted: the offer to go on, earlier runs, samples to begin with, and this machine. */
public final class StartView implements View {
    private final StartViewModel model;
    private final Navigator navigator;
    private final VBox offers = new VBox(12);
    private final VBox problems = new VBox();
    private final ListView<RunSummary> recent;
    private final HBox samples = new HBox(16);
    private final GridPane machine = new GridPane();
    private final Button fresh;
    private final SplitPane root;
    private Node first;

    public StartView(StartViewModel model, DividersViewModel dividers, Navigator navigator) {
        this.model = model;
        this.navigator = navigator;
        recent = new ListView<>(model.recent());
        recent.setId("recent-runs");
        recent.setFixedCellSize(56);
        recent.setCellFactory(list -> new RunCell());
        recent.setPlaceholder(new EmptyState("No runs yet", "Plan one, or start with a sample below: a few minutes on a processor."));
        recent.setOnMouseClicked(event -> open());
        recent.setOnKeyPressed(event -> {
            if (event.getCode() == KeyCode.ENTER) {
                open();
            }
        });
        recent.setMinHeight(120);
        recent.setMaxHeight(Region.USE_PREF_SIZE);
        recent.prefHeightProperty().bind(javafx.beans.binding.Bindings.size(model.recent()).multiply(56).add(4));
        fresh = Parts.button("Choose model and method", null, null, () -> navigator.go("catalog"));
        first = fresh;
        final HBox head = Parts.paneHeader("Earlier runs", "", fresh);
        head.setStyle("-fx-padding: 0;");
        final VBox left = new VBox(16, problems, offers, new VBox(head, Parts.rule()), recent, Parts.label("Start with a sample", "type-section"), samples);
        ((VBox) left.getChildren().get(2)).setFillWidth(true);
        left.setStyle("-fx-padding: 24;");
        left.getStyleClass().add("pane");
        final VBox right = new VBox(8, Parts.label("This machine", "type-section"), machine);
        right.setStyle("-fx-padding: 24;");
        right.getStyleClass().add("pane");
        root = Columns.of(0, new double[] {0, 448}, left, right);
        Columns.remember(root, "start", dividers);
        model.interrupted().addListener((Observable o) -> offers());
        model.journey().catalogProperty().addListener((o, was, is) -> samples(is));
        model.journey().machineProperty().addListener((o, was, is) -> machine(is));
        problems.managedProperty().bind(model.problemProperty().isNotNull());
        model.problemProperty().addListener((o, was, is) -> problems.getChildren().setAll(is == null ? List.of() : List.of(new ErrorCard(is))));
        offers();
        samples(model.journey().catalogProperty().get());
        machine(model.journey().machineProperty().get());
    }

    private void open() {
        final RunSummary run = recent.getSelectionModel().getSelectedItem();
        if (run != null) {
            model.open(run.run(), id -> navigator.go("run"));
        }
    }

    private void offers() {
        offers.getChildren().setAll(model.interrupted().stream().map(this::offer).toList());
        offers.setManaged(!model.interrupted().isEmpty());
        if (model.interrupted().isEmpty()) {
            first = fresh;
        }
    }

    private Node offer(RunSummary run) {
        final ProgressBar bar = new ProgressBar(run.steps() == 0 ? 0 : (double) Math.max(0, run.checkpointStep()) / run.steps());
        bar.setMaxWidth(Double.MAX_VALUE);
        bar.getStyleClass().add("thick");
        final HBox marks = new HBox(Parts.label("0", "type-axis", "muted"), Parts.gap(),
                Parts.label(run.checkpointStep() >= 0 ? "checkpoint " + Units.count(run.checkpointStep()) : "no checkpoint", "type-axis", "strong"), Parts.gap(),
                Parts.label(Units.count(run.steps()), "type-axis", "muted"));
        final VBox words = new VBox(8, Parts.label("Run " + run.run() + " was interrupted at step " + Units.count(run.step()) + " of " + Units.count(run.steps()) + ". It can go on.", "type-section"),
                Parts.words("The process ended while training " + run.title() + ". " + StartViewModel.offer(run), "type-body", "muted"), bar, marks);
        words.setMinWidth(0);
        HBox.setHgrow(words, Priority.ALWAYS);
        final Button resume = Parts.primary(run.checkpointStep() > 0 ? "Resume from " + Units.count(run.checkpointStep()) : "Begin it again", null, () -> model.resume(run, id -> navigator.go("run")));
        resume.setId("recover-resume");
        final Button look = Parts.button("Look at it first", null, null, () -> model.open(run.run(), id -> navigator.go("run")));
        final Button leave = Parts.quiet("Leave it stopped", () -> model.leaveStopped(run));
        leave.setId("recover-leave");
        final VBox ways = new VBox(8, resume, look, leave);
        for (final Button way : List.of(resume, look, leave)) {
            way.setMaxWidth(Double.MAX_VALUE);
        }
        ways.setMinWidth(176);
        if (first == fresh) {
            first = resume;
        }
        final HBox box = new HBox(24, words, ways);
        box.getStyleClass().add("recover");
        box.setMinHeight(Region.USE_PREF_SIZE);
        return box;
    }

    private void samples(Catalog catalog) {
        samples.getChildren().clear();
        if (catalog == null) {
            return;
        }
        catalog.samples().stream().limit(3).forEach(sample -> {
            final Button plan = Parts.button("Plan it", null, null, () -> {
                model.choose(sample);
                navigator.go("plan");
            });
            plan.getStyleClass().add("compact");
            final VBox card = new VBox(8, Parts.label(sample.name(), "strong"), Parts.words(sample.oneLine(), "type-table", "muted"), plan);
            card.getStyleClass().add("framed");
            HBox.setHgrow(card, Priority.ALWAYS);
            card.setPrefWidth(0);
            samples.getChildren().add(card);
        });
    }

    private void machine(MachineReading now) {
        if (now == null) {
            return;
        }
        machine.getChildren().clear();
        final List<String[]> lines = new ArrayList<>();
        now.device().ifPresent(device -> lines.add(new String[] {"GPU", device.name(), Units.gib(device.totalBytes())}));
        lines.add(new String[] {"CPU", now.processor(), now.cores() + " cores"});
        lines.add(new String[] {"RAM", Units.gib(now.ramBytes()), Units.gib(now.ramBytes() - now.ramUsedBytes()) + " free"});
        lines.add(new String[] {"Disk", "runs and checkpoints", Units.gib(now.diskFreeBytes()) + " free"});
        lines.add(new String[] {"Engine", now.engine(), now.allocator()});
        for (int i = 0; i < lines.size(); i++) {
            machine.add(Parts.rule(), 0, i * 2, 3, 1);
            final Label key = Parts.label(lines.get(i)[0], "type-table", "muted");
            key.setMinSize(72, 32);
            final Label value = Parts.label(lines.get(i)[1], "type-table", "medium");
            value.setMinWidth(0);
            GridPane.setHgrow(value, Priority.ALWAYS);
            value.setMaxWidth(Double.MAX_VALUE);
            final Label more = Parts.label(lines.get(i)[2], "type-table", "muted");
            more.setMinWidth(Region.USE_PREF_SIZE);
            machine.addRow(i * 2 + 1, key, value, more);
        }
    }

    private static final class RunCell extends ListCell<RunSummary> {
        private final Label title = Parts.label("", "medium");
        private final Label what = Parts.label("", "type-axis", "muted");
        private final MemoryBar bar = new MemoryBar(8);
        private final Label peak = Parts.label("", "type-table", "strong");
        private final Label quality = Parts.label("", "type-table", "muted");
        private final HBox line;

        RunCell() {
            final VBox words = new VBox(2, title, what);
            words.setAlignment(Pos.CENTER_LEFT);
            words.setMinWidth(280);
            words.setPrefWidth(280);
            bar.setMinWidth(0);
            final StackPane middle = new StackPane(bar);
            HBox.setHgrow(middle, Priority.ALWAYS);
            peak.setMinWidth(80);
            peak.setAlignment(Pos.CENTER_RIGHT);
            quality.setMinWidth(160);
            quality.setAlignment(Pos.CENTER_RIGHT);
            line = new HBox(16, words, middle, peak, quality);
            line.setAlignment(Pos.CENTER_LEFT);
            setPrefWidth(0);
        }

        @Override
        protected void updateItem(RunSummary run, boolean empty) {
            super.updateItem(run, empty);
            setGraphic(empty || run == null ? null : line);
            if (run != null && !empty) {
                title.setText(run.title());
                what.setText("run " + run.run() + " · " + run.model() + " · " + run.data() + " · " + run.state().name().toLowerCase(Locale.ROOT));
                bar.show(new MemoryStack(0, run.byCategoryAtPeak())).setBudget(run.budgetBytes());
                bar.setAxis(Math.max(1, Math.round(getListView().getItems().stream().mapToLong(RunSummary::peakBytes).max().orElse(1) * 1.2)));
                peak.setText(Units.memory(run.peakBytes()));
                quality.setText(run.metrics().containsKey("accuracy") ? "accuracy " + Units.metric("accuracy", run.metrics().get("accuracy")) : "loss " + Units.loss(run.loss()));
                setAccessibleText(run.title() + ", " + what.getText() + ", peak " + peak.getText() + ", " + quality.getText());
            }
        }
    }

    @Override
    public String id() {
        return "start";
    }

    @Override
    public String title() {
        return "Start";
    }

    @Override
    public Node root() {
        return root;
    }

    @Override
    public Node focusTarget() {
        return first;
    }

    @Override
    public ObservableValue<String> state() {
        return new ReadOnlyStringWrapper(Units.NONE);
    }

    @Override
    public void shown() {
        model.load(() -> { });
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.of("Look for interrupted runs again", "", "headroom runs", () -> true, () -> model.load(() -> { })));
    }
}
