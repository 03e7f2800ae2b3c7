package headroom.app.window;

import headroom.app.component.EmptyState;
import headroom.app.component.ErrorCard;
import headroom.app.component.MemoryBar;
import headroom.app.component.MemoryStack;
import headroom.app.component.Parts;
import headroom.app.component.SearchField;
import headroom.app.component.Units;
import headroom.engine.workbench.ExportKind;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.RunSummary;
import java.io.File;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.BooleanBinding;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;
import javafx.collections.transformation.FilteredList;
import javafx.collections.transformation.SortedList;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.SelectionMode;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.stage.FileChooser;

/** All runs in one table that can be sorted and searched; several can be compared, one can go on or be written out. */
final class ExperimentsView implements View {
    private static final DateTimeFormatter WHEN = DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.ENGLISH).withZone(ZoneId.systemDefault());

    private final ExperimentsViewModel model;
    private final Navigator navigator;
    private final Consumer<List<String>> compare;
    private final TableView<RunSummary> table = new TableView<>();
    private final SearchField search = new SearchField("Title, model, method, state");
    private final StackPane error = new StackPane();
    private final VBox root;

    /** @param compare shows runs side by side */
    ExperimentsView(ExperimentsViewModel model, Navigator navigator, Consumer<List<String>> compare) {
        this.model = model;
        this.navigator = navigator;
        this.compare = compare;
        final FilteredList<RunSummary> found = new FilteredList<>(model.runs());
        search.textProperty().addListener((o, was, is) -> found.setPredicate(run -> matches(run, is)));
        search.setPrefWidth(288);
        final SortedList<RunSummary> sorted = new SortedList<>(found);
        sorted.comparatorProperty().bind(table.comparatorProperty());
        table.setItems(sorted);
        table.setId("experiments-table");
        table.getSelectionModel().setSelectionMode(SelectionMode.MULTIPLE);
        table.setPlaceholder(new EmptyState("No runs yet", "Plan one, or start a sample: a few minutes on a processor.", "Choose a model", () -> navigator.go("catalog")));
        table.getStyleClass().add("tall");
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_ALL_COLUMNS);
        columns();
        VBox.setVgrow(table, Priority.ALWAYS);
        model.problemProperty().addListener((o, was, is) -> error.getChildren().setAll(is == null ? List.of() : List.of(new ErrorCard(is))));
        final HBox head = Parts.paneHeader("Experiments", "", search);
        head.getChildren().addAll(actions());
        root = new VBox(head, error, table);
        root.getStyleClass().addAll("pane", "experiments");
    }

    private List<Button> actions() {
        final BooleanBinding notOne = Bindings.size(table.getSelectionModel().getSelectedItems()).isNotEqualTo(1);
        final Button compareThem = Parts.button("Compare", null, null, () -> compare.accept(selected().stream().map(RunSummary::run).toList()));
        compareThem.disableProperty().bind(Bindings.size(table.getSelectionModel().getSelectedItems()).lessThan(2));
        final Button resume = Parts.button("Resume", null, null, () -> model.resume(selected().getFirst().run(), run -> navigator.go("run")));
        resume.disableProperty().bind(Bindings.createBooleanBinding(() -> selected().size() != 1 || !canResume(selected().getFirst()),
                table.getSelectionModel().getSelectedItems()));
        final Button csv = Parts.button("Curves as CSV", null, null, () -> write(ExportKind.CURVES, ".csv"));
        csv.disableProperty().bind(notOne);
        final Button report = Parts.button("Report", null, null, () -> write(ExportKind.REPORT, ".html"));
        report.disableProperty().bind(notOne);
        return List.of(compareThem, resume, csv, report);
    }

    private List<RunSummary> selected() {
        return table.getSelectionModel().getSelectedItems();
    }

    private static boolean canResume(RunSummary run) {
        return run.checkpointStep() >= 0 && (run.interrupted() || run.state() == RunState.STOPPED || run.state() == RunState.FAILED);
    }

    private void write(ExportKind kind, String ending) {
        final RunSummary run = selected().getFirst();
        final FileChooser chooser = new FileChooser();
        chooser.setInitialFileName("run-" + run.run() + ending);
        final File target = chooser.showSaveDialog(table.getScene().getWindow());
        if (target != null) {
            model.export(run.run(), kind, target.toPath(), report -> navigator.say(Units.memory(report.bytes()) + " written to " + report.path() + ".", null));
        }
    }

    private void columns() {
        text("Run", 64, RunSummary::run);
        text("Title", 220, RunSummary::title);
        text("Model", 112, RunSummary::model);
        text("Data", 112, RunSummary::data);
        text("Method", 96, RunSummary::method);
        text("State", 96, run -> run.interrupted() ? "interrupted" : run.state().name().toLowerCase(Locale.ROOT));
        number("Steps", 88, RunSummary::step, run -> Units.count(run.step()) + " of " + Units.count(run.steps()));
        number("Loss", 64, RunSummary::loss, run -> Units.loss(run.loss()));
        number("Quality", 88, ExperimentsView::quality, run -> run.metrics().containsKey("accuracy") ? Units.metric("accuracy", quality(run)) : Units.NONE);
        bar();
        number("Peak", 80, RunSummary::peakBytes, run -> Units.memory(run.peakBytes()));
        number("Residual", 88, RunSummary::plannedPeakBytes, run -> run.peakBytes() == 0 ? Units.NONE : Units.bytes(run.peakBytes() - run.plannedPeakBytes()));
        number("Tokens/s", 72, RunSummary::tokensPerSecond, run -> Units.count(Math.round(run.tokensPerSecond())));
        number("Time", 64, RunSummary::seconds, run -> Units.clock(run.seconds()));
        text("Started", 96, run -> WHEN.format(run.created()));
    }

    private static double quality(RunSummary run) {
        return run.metrics().getOrDefault("accuracy", Double.NaN);
    }

    private void text(String name, double width, Function<RunSummary, String> value) {
        final TableColumn<RunSummary, String> column = new TableColumn<>(name);
        column.setPrefWidth(width);
        column.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(value.apply(row.getValue())));
        table.getColumns().add(column);
    }

    /** Sorted by the number, shown as the text. */
    private void number(String name, double width, Function<RunSummary, Number> order, Function<RunSummary, String> shown) {
        final TableColumn<RunSummary, RunSummary> column = new TableColumn<>(name);
        column.setPrefWidth(width);
        column.getStyleClass().add("right");
        column.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue()));
        column.setComparator(java.util.Comparator.comparingDouble(run -> order.apply(run).doubleValue()));
        column.setCellFactory(c -> new TableCell<>() {
            {
                getStyleClass().add("number");
            }

            @Override
            protected void updateItem(RunSummary run, boolean empty) {
                super.updateItem(run, empty);
                setText(empty || run == null ? null : shown.apply(run));
            }
        });
        table.getColumns().add(column);
    }

    private void bar() {
        final TableColumn<RunSummary, RunSummary> column = new TableColumn<>("Peak against its budget");
        column.setPrefWidth(160);
        column.setSortable(false);
        column.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue()));
        column.setCellFactory(c -> new TableCell<>() {
            private final MemoryBar bar = new MemoryBar(8);

            @Override
            protected void updateItem(RunSummary run, boolean empty) {
                super.updateItem(run, empty);
                setGraphic(empty || run == null || run.peakBytes() == 0 ? null : bar);
                if (getGraphic() != null) {
                    bar.show(new MemoryStack(0, run.byCategoryAtPeak())).setBudget(run.budgetBytes()).setAxis(axis());
                }
            }

            /** One scale for the whole table. */
            private long axis() {
                return Math.round(getTableView().getItems().stream().mapToLong(RunSummary::peakBytes).max().orElse(1) * 1.2);
            }
        });
        table.getColumns().add(column);
    }

    private static boolean matches(RunSummary run, String text) {
        final String all = String.join(" ", run.run(), run.title(), run.model(), run.data(), run.method(), run.state().name()).toLowerCase(Locale.ROOT);
        return java.util.Arrays.stream(text.toLowerCase(Locale.ROOT).strip().split("\\s+")).allMatch(all::contains);
    }

    @Override
    public String id() {
        return "experiments";
    }

    @Override
    public String title() {
        return "Experiments";
    }

    @Override
    public Node root() {
        return root;
    }

    @Override
    public Node focusTarget() {
        return table;
    }

    @Override
    public ObservableValue<String> state() {
        return model.stateProperty();
    }

    @Override
    public void shown() {
        model.refresh();
    }
}
