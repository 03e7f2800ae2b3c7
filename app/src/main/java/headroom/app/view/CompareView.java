package headroom.app.view;

import headroom.app.component.EmptyState;
import headroom.app.component.ErrorCard;
import headroom.app.component.Legend;
import headroom.app.component.LineChart;
import headroom.app.component.MemoryBar;
import headroom.app.component.MemoryStack;
import headroom.app.component.MemoryTimeline;
import headroom.app.component.Palette;
import headroom.app.component.ParetoChart;
import headroom.app.component.Parts;
import headroom.app.component.Points;
import headroom.app.component.SearchField;
import headroom.app.component.Units;
import headroom.app.viewmodel.CompareViewModel;
import headroom.app.viewmodel.DividersViewModel;
import headroom.app.window.Command;
import headroom.app.window.Navigator;
import headroom.app.window.View;
import headroom.engine.workbench.Comparison;
import headroom.engine.workbench.RunDetails;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.StepHistory;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javafx.beans.Observable;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;
import javafx.collections.transformation.FilteredList;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.stage.FileChooser;
import org.kordamp.ikonli.feather.Feather;

/** Up to four runs side by side: memory through a step, losses over each other, memory against quality against time, and what differs. */
public final class CompareView implements View {
    private final CompareViewModel model;
    private final Navigator navigator;
    private final ListView<RunSummary> runs;
    private final Label count = Parts.label("", "type-table", "muted");
    private final Label headline = Parts.label("", "type-section");
    private final Label sentence = Parts.label("", "type-table", "muted");
    private final MemoryTimeline steps = new MemoryTimeline().setNaming("Memory of one step", false, false);
    private final VBox bars = new VBox(2);
    private final LineChart loss = new LineChart().setName("Loss", 64).setTexts(RunCurves.Axis.STEP.text, value -> Units.decimals(value, 2));
    private final ParetoChart pareto = new ParetoChart();
    private final TableView<Comparison.Row> table = new TableView<>();
    private final Label hidden = Parts.label("", "type-table", "muted");
    private final ToggleButton differing = new ToggleButton("Differing");
    private final ToggleButton accuracy = new ToggleButton("Accuracy");
    private final VBox problems = new VBox();
    private final StackPane right = new StackPane();
    private final StackPane root = new StackPane();
    private final VBox page;
    private final EmptyState fewer;
    private RunCurves.Axis axis = RunCurves.Axis.STEP;

    public CompareView(CompareViewModel model, DividersViewModel dividers, Navigator navigator) {
        this.model = model;
        this.navigator = navigator;
        final SearchField search = new SearchField("Title, method");
        final FilteredList<RunSummary> found = new FilteredList<>(model.runs());
        search.textProperty().addListener((o, was, is) -> found.setPredicate(run -> (run.title() + " " + run.method() + " " + run.run()).toLowerCase(Locale.ROOT).contains(is.toLowerCase(Locale.ROOT).strip())));
        runs = new ListView<>(found);
        runs.setId("compare-runs");
        runs.setFixedCellSize(CompareCells.HEIGHT);
        runs.setCellFactory(list -> new CompareCells(model));
        runs.setPlaceholder(new StackPane(Parts.words("No run has these words.", "type-table", "muted")));
        runs.addEventFilter(KeyEvent.KEY_PRESSED, event -> {
            final RunSummary at = runs.getSelectionModel().getSelectedItem();
            if (at != null && (event.getCode() == KeyCode.SPACE || event.getCode() == KeyCode.ENTER)) {
                event.consume();
                model.toggle(at.run());
            }
        });
        VBox.setVgrow(runs, Priority.ALWAYS);
        final VBox top = new VBox(search);
        top.setStyle("-fx-padding: 0 16 8 16;");
        final Label note = Parts.words("Space shows or hides a run. Letters name runs everywhere on this page.", "type-table", "muted");
        note.setStyle("-fx-padding: 12 16 12 16;");
        final VBox list = new VBox(Parts.paneHeader("Runs", "", count), top, Parts.rule(), runs, Parts.rule(), note);
        list.getStyleClass().add("pane");
        list.setMinWidth(220);
        page = page();
        fewer = new EmptyState("Choose two runs", "Two runs or more are laid over each other: tick them in the list.");
        right.getChildren().setAll(fewer);
        final SplitPane split = Columns.of(1, new double[] {264, 0}, list, right);
        Columns.remember(split, "compare", dividers);
        final EmptyState none = new EmptyState("No runs yet", "Plan one and start it; with a second one there is something to compare.", "Choose a method", () -> navigator.go("catalog"));
        root.getChildren().setAll(none);
        model.runs().addListener((Observable o) -> root.getChildren().setAll(model.runs().isEmpty() ? none : split));
        model.comparisonProperty().addListener((o, was, is) -> show(is));
        model.problemProperty().addListener((o, was, is) -> problems.getChildren().setAll(is == null ? List.of() : List.of(new ErrorCard(is))));
        model.stateProperty().addListener((o, was, is) -> count.setText(is));
    }

    private VBox page() {
        final Button csv = Parts.button("Table as CSV", Feather.DOWNLOAD, null, this::save);
        csv.setId("compare-csv");
        final VBox words = new VBox(2, headline, sentence);
        words.setMinWidth(0);
        sentence.setMinWidth(0);
        headline.setMinWidth(0);
        HBox.setHgrow(words, Priority.ALWAYS);
        final HBox head = new HBox(16, words, csv);
        head.setAlignment(Pos.CENTER_LEFT);
        head.setStyle("-fx-padding: 8 24 8 24;");
        head.setMinHeight(56);
        final SplitPane left = Columns.rows(0, new double[] {0, 320}, memory(), quality());
        final SplitPane rightSide = Columns.rows(0, new double[] {0, 320}, losses(), differences());
        final SplitPane both = Columns.of(0, new double[] {0, 588}, left, rightSide);
        VBox.setVgrow(both, Priority.ALWAYS);
        return new VBox(head, Parts.rule(), problems, both);
    }

    private VBox memory() {
        final Legend legend = new Legend();
        legend.setHgap(6);
        legend.setAlignment(Pos.CENTER_LEFT);
        final StackPane chart = padded(steps);
        VBox.setVgrow(chart, Priority.ALWAYS);
        steps.setMinHeight(100);
        bars.setStyle("-fx-padding: 0 24 4 24;");
        final StackPane foot = padded(legend);
        return pane(head("Memory through one step"), chart, bars, foot);
    }

    private VBox losses() {
        final List<ToggleButton> buttons = new ArrayList<>();
        for (final RunCurves.Axis one : RunCurves.Axis.values()) {
            final ToggleButton button = new ToggleButton(one.word());
            button.setSelected(one == axis);
            button.selectedProperty().addListener((o, was, is) -> {
                if (is) {
                    axis = one;
                    show(model.comparisonProperty().get());
                }
            });
            buttons.add(button);
        }
        final StackPane chart = padded(loss);
        VBox.setVgrow(chart, Priority.ALWAYS);
        return pane(head("Loss, smoothed; labels are evaluation", Parts.segments(buttons)), chart);
    }

    private VBox quality() {
        final ToggleButton evalLoss = new ToggleButton("Eval loss");
        evalLoss.setSelected(true);
        accuracy.selectedProperty().addListener((o, was, is) -> show(model.comparisonProperty().get()));
        final StackPane chart = padded(pareto);
        VBox.setVgrow(chart, Priority.ALWAYS);
        return pane(head("Memory, quality, time", Parts.segments(List.of(evalLoss, accuracy))), chart);
    }

    private VBox differences() {
        final ToggleButton all = new ToggleButton("All");
        differing.setSelected(true);
        differing.selectedProperty().addListener((o, was, is) -> rows(model.comparisonProperty().get()));
        table.setId("what-differs");
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_ALL_COLUMNS);
        final StackPane box = padded(table);
        VBox.setVgrow(box, Priority.ALWAYS);
        return pane(head("What differs", hidden, Parts.segments(List.of(differing, all))), box);
    }

    private static HBox head(String title, Node... nodes) {
        final HBox head = Parts.paneHeader(title, "inner", nodes);
        head.setStyle("-fx-padding: 0 24 0 24;");
        return head;
    }

    private static VBox pane(Node... nodes) {
        final VBox pane = new VBox(nodes);
        pane.getStyleClass().add("pane");
        pane.setMinWidth(320);
        return pane;
    }

    private static StackPane padded(Node node) {
        final StackPane box = new StackPane(node);
        box.setStyle("-fx-padding: 0 24 8 24;");
        return box;
    }

    private void show(Comparison shown) {
        right.getChildren().setAll(shown == null ? fewer : page);
        if (shown == null) {
            return;
        }
        headline.setText(shown.headline());
        sentence.setText(shown.sentence());
        final List<RunDetails> all = shown.runs();
        final long budget = all.stream().mapToLong(run -> run.summary().budgetBytes()).min().orElse(0);
        steps.showStep(all.getFirst().oneStep(), 0).setBudget(budget).setOverlays(IntStream.range(1, all.size())
                .mapToObj(i -> new MemoryTimeline.Overlay(Palette.letter(i), i, all.get(i).oneStep(), 0)).toList());
        bars(all);
        final List<LineChart.Line> lines = IntStream.range(0, all.size()).mapToObj(i -> line(all.get(i), i)).toList();
        loss.setTexts(axis.text, RunCurves.figures(lines));
        loss.show(lines).setXEnd(all.stream().mapToDouble(this::end).max().orElse(1));
        pareto(all, budget);
        rows(shown);
    }

    private double end(RunDetails run) {
        final StepHistory history = run.history();
        return history.size() == 0 ? 1 : axis.of(history).applyAsDouble(history.size() - 1);
    }

    private LineChart.Line line(RunDetails run, int index) {
        final StepHistory history = run.history();
        final double eval = run.evals().isEmpty() ? Double.NaN : run.evals().getLast().metrics().getOrDefault("loss", Double.NaN);
        return LineChart.Line.run(Palette.letter(index) + (Double.isFinite(eval) ? " " + Units.loss(eval) : ""), index, Points.of(history, axis.of(history), history::loss).smooth(0.9));
    }

    private void bars(List<RunDetails> all) {
        final long most = all.stream().mapToLong(run -> run.summary().peakBytes()).max().orElse(1);
        bars.getChildren().clear();
        for (int i = 0; i < all.size(); i++) {
            final RunSummary run = all.get(i).summary();
            final Label letter = Parts.label(Palette.letter(i), "strong", "run-" + Palette.letter(i).toLowerCase(Locale.ROOT));
            letter.setMinWidth(24);
            final MemoryBar bar = new MemoryBar(12).show(new MemoryStack(0, run.byCategoryAtPeak())).setBudget(run.budgetBytes()).setAxis(Math.round(most * 1.15));
            HBox.setHgrow(bar, Priority.ALWAYS);
            bar.setMinWidth(0);
            final Label peak = Parts.label(Units.memory(run.peakBytes()), "type-table", "strong");
            peak.setMinWidth(80);
            peak.setAlignment(Pos.CENTER_RIGHT);
            final HBox line = new HBox(letter, bar, peak);
            line.setAlignment(Pos.CENTER_LEFT);
            bars.getChildren().add(line);
        }
    }

    private void pareto(List<RunDetails> all, long budget) {
        final String metric = accuracy.isSelected() ? "accuracy" : "loss";
        final List<ParetoChart.Mark> marks = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            final RunSummary run = all.get(i).summary();
            final double quality = run.metrics().getOrDefault(metric, Double.NaN);
            if (Double.isFinite(quality) && run.peakBytes() > 0) {
                marks.add(new ParetoChart.Mark(i, run.title(), run.peakBytes(), quality, 0, run.seconds(), true));
            }
        }
        pareto.setBudget(budget).show(marks, metric.equals("loss") ? "eval loss" : "accuracy", metric.equals("loss"), value -> Units.metric(metric, value));
    }

    private void rows(Comparison shown) {
        if (shown == null) {
            return;
        }
        table.getColumns().setAll(List.of(names()));
        for (int i = 0; i < shown.runs().size(); i++) {
            table.getColumns().add(values(i, shown));
        }
        final List<Comparison.Row> settings = shown.settings().stream().filter(row -> row.differs() || !differing.isSelected()).toList();
        table.getItems().setAll(settings);
        table.getItems().addAll(shown.results());
        final long equal = shown.settings().stream().filter(row -> !row.differs()).count();
        hidden.setText(differing.isSelected() && equal > 0 ? equal + (equal == 1 ? " equal setting hidden" : " equal settings hidden") : "");
    }

    private static TableColumn<Comparison.Row, String> names() {
        final TableColumn<Comparison.Row, String> names = new TableColumn<>("");
        names.setPrefWidth(128);
        names.setMaxWidth(168);
        names.setSortable(false);
        names.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue().name()));
        return names;
    }

    private static TableColumn<Comparison.Row, Comparison.Row> values(int index, Comparison shown) {
        final TableColumn<Comparison.Row, Comparison.Row> column = new TableColumn<>(Palette.letter(index) + " " + shown.runs().get(index).summary().title());
        column.setPrefWidth(112);
        column.setSortable(false);
        column.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue()));
        column.setCellFactory(c -> new TableCell<>() {
            @Override
            protected void updateItem(Comparison.Row row, boolean empty) {
                super.updateItem(row, empty);
                getStyleClass().removeAll("differs", "strong");
                setText(empty || row == null ? null : row.values().get(index) + (row.best() == index ? "  \u2713" : ""));
                if (row != null && !empty) {
                    if (row.best() == index) {
                        getStyleClass().add("strong");
                    }
                    if (row.differs() && index > 0 && !row.values().get(index).equals(row.values().getFirst()) && shown.settings().contains(row)) {
                        getStyleClass().add("differs");
                    }
                }
            }
        });
        return column;
    }

    private void save() {
        final FileChooser chooser = new FileChooser();
        chooser.setInitialFileName("comparison.csv");
        final File target = chooser.showSaveDialog(root.getScene().getWindow());
        if (target != null) {
            model.export(target.toPath(), file -> navigator.say("The table was written to " + file + ".", null));
        }
    }

    @Override
    public String id() {
        return "compare";
    }

    @Override
    public String title() {
        return "Compare";
    }

    @Override
    public Node root() {
        return root;
    }

    @Override
    public Node focusTarget() {
        return runs;
    }

    @Override
    public ObservableValue<String> state() {
        return model.stateProperty();
    }

    @Override
    public void shown() {
        model.refresh();
    }

    @Override
    public List<Command> commands() {
        final List<Command> all = new ArrayList<>();
        for (int i = 0; i < CompareViewModel.MOST; i++) {
            final int letter = i;
            all.add(Command.of("Hide run " + Palette.letter(i), Palette.letter(i), "", () -> letter < model.chosen().size(), () -> model.hide(letter)));
        }
        all.add(Command.of("Write the comparison as CSV", "", "headroom compare " + String.join(" ", model.chosen()), () -> model.comparisonProperty().get() != null, this::save));
        return all;
    }

    @Override
    public String learnPage() {
        return "reading-the-plan";
    }
}
