package headroom.app.view;

import headroom.app.component.EmptyState;
import headroom.app.component.ErrorCard;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.component.VerdictGlyph;
import headroom.app.component.VerdictLabel;
import headroom.app.viewmodel.TryViewModel;
import headroom.app.viewmodel.TryViewModel.Answered;
import headroom.app.viewmodel.DividersViewModel;
import headroom.app.window.Command;
import headroom.app.window.Navigator;
import headroom.app.window.View;
import headroom.engine.workbench.ExportKind;
import headroom.engine.workbench.ExportReport;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.TryResult;
import headroom.engine.workbench.Verdict;
import java.io.File;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import javafx.beans.Observable;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.value.ObservableValue;
import javafx.collections.transformation.FilteredList;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TextArea;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.stage.FileChooser;

/** A sentence of one's own, or a held-out row, put to the model as it was given and as the run left it; and the ways to take the result along. */
public final class TryView implements View {
    private final TryViewModel model;
    private final Navigator navigator;
    private final ListView<Answered> rows;
    private final FilteredList<Answered> found;
    private final Label asked = Parts.label("", "type-table", "muted");
    private final ProgressBar baseBar = new ProgressBar(0);
    private final ProgressBar tunedBar = new ProgressBar(0);
    private final Label baseShare = Parts.label(Units.NONE, "type-table", "strong");
    private final Label tunedShare = Parts.label(Units.NONE, "type-table", "strong");
    private final TextArea text = new TextArea();
    private final Label source = Parts.label("", "type-table", "muted");
    private final Button ask = Parts.primary("Answer both", "Ctrl Enter", this::ask);
    private final Label progress = Parts.label("", "type-table", "muted");
    private final AnswerPane base = new AnswerPane("Base");
    private final AnswerPane tuned = new AnswerPane("Tuned");
    private final VBox problems = new VBox();
    private final VBox written = new VBox(8);
    private final ComboBox<RunSummary> run = new ComboBox<>();
    private final BooleanProperty labelled = new SimpleBooleanProperty(this, "labelled", true);
    private final StackPane root = new StackPane();
    private final EmptyState none;

    public TryView(TryViewModel model, DividersViewModel dividers, Navigator navigator) {
        this.model = model;
        this.navigator = navigator;
        found = new FilteredList<>(model.rows());
        rows = new ListView<>(found);
        none = new EmptyState("Nothing to try yet", "A run that has ended with a checkpoint can be asked here, beside the model it began with.", "Go to the run", () -> navigator.go("run"));
        final SplitPane page = Columns.of(1, new double[] {304, 0, 272}, held(), centre(), right());
        Columns.remember(page, "try", dividers);
        root.getChildren().setAll(none);
        model.runProperty().addListener((o, was, is) -> {
            root.getChildren().setAll(is == null ? none : page);
            run.setValue(is);
            written.getChildren().clear();
        });
        model.resultProperty().addListener((o, was, is) -> show(is));
        model.rows().addListener((Observable o) -> count());
        model.problemProperty().addListener((o, was, is) -> problems.getChildren().setAll(is == null ? List.of() : List.of(new ErrorCard(is))));
        model.progressProperty().addListener((o, was, is) -> progress.setText(is == null ? "" : is.what() + " " + Units.count(is.done()) + " of " + Units.count(is.total()) + " " + is.unit()));
        model.onExported(this::written);
        show(null);
    }

    private VBox held() {
        rows.setId("held-out");
        rows.setFixedCellSize(32);
        rows.setCellFactory(list -> new RowCell());
        rows.setPlaceholder(new StackPane(Parts.words("No row of this kind.", "type-table", "muted")));
        VBox.setVgrow(rows, Priority.ALWAYS);
        rows.getSelectionModel().selectedItemProperty().addListener((o, was, is) -> {
            if (is != null && rows.isFocused()) {
                take(is);
            }
        });
        rows.setOnMouseClicked(event -> Optional.ofNullable(rows.getSelectionModel().getSelectedItem()).ifPresent(this::take));
        rows.addEventFilter(KeyEvent.KEY_PRESSED, event -> {
            if (event.getCode() == KeyCode.ENTER) {
                event.consume();
                ask();
            }
        });
        final ToggleGroup group = new ToggleGroup();
        final FlowPane chips = new FlowPane(4, 4, chip(group, "All", row -> true), chip(group, "Only tuned right", row -> row.asked() && row.tunedRight() && !row.baseRight()),
                chip(group, "Lost", row -> row.asked() && row.baseRight() && !row.tunedRight()));
        chips.setStyle("-fx-padding: 0 16 8 16;");
        onlyWithLabels(chips);
        final Label both = Parts.label("base  tuned", "type-axis", "faint");
        onlyWithLabels(both);
        final HBox heads = new HBox(Parts.label("never trained on", "type-axis", "faint"), Parts.gap(), both);
        heads.setStyle("-fx-padding: 4 16 4 16;");
        final VBox foot = new VBox(8, Parts.label("Right answers", "type-table", "strong"), share("base", baseBar, baseShare), share("tuned", tunedBar, tunedShare), asked);
        foot.setStyle("-fx-padding: 12 16 12 16;");
        onlyWithLabels(foot);
        baseBar.getStyleClass().add("other");
        final VBox pane = new VBox(Parts.paneHeader("Held-out rows", ""), chips, heads, Parts.rule(), rows, Parts.rule(), foot);
        pane.getStyleClass().add("pane");
        pane.setMinWidth(240);
        return pane;
    }

    private void onlyWithLabels(Node node) {
        node.visibleProperty().bind(labelled);
        node.managedProperty().bind(labelled);
    }

    private ToggleButton chip(ToggleGroup group, String name, Predicate<Answered> shown) {
        final ToggleButton chip = Parts.chip(name);
        chip.setToggleGroup(group);
        chip.setSelected(name.equals("All"));
        chip.setOnAction(event -> {
            chip.setSelected(true);
            found.setPredicate(shown);
        });
        return chip;
    }

    private static HBox share(String name, ProgressBar bar, Label figure) {
        final Label label = Parts.label(name, "type-table", "muted");
        label.setMinWidth(40);
        bar.setMaxWidth(Double.MAX_VALUE);
        bar.getStyleClass().add("thick");
        HBox.setHgrow(bar, Priority.ALWAYS);
        figure.setMinWidth(56);
        figure.setAlignment(Pos.CENTER_RIGHT);
        final HBox line = new HBox(8, label, bar, figure);
        line.setAlignment(Pos.CENTER_LEFT);
        return line;
    }

    private VBox centre() {
        text.setId("try-text");
        text.setWrapText(true);
        text.setPrefRowCount(3);
        text.setMinHeight(76);
        text.setPrefHeight(76);
        text.setMaxHeight(120);
        text.setPromptText("Write a sentence of your own");
        text.setAccessibleText("Text to ask both models about");
        text.textProperty().bindBidirectional(model.textProperty());
        text.textProperty().addListener((o, was, is) -> source.setText(model.expected(is).map(label -> "held-out row, right answer " + label).orElse("")));
        ask.setId("answer-both");
        ask.disableProperty().bind(model.askingProperty());
        final Button next = Parts.button("Next row", null, null, this::next);
        final HBox ways = new HBox(8, ask, next, Parts.gap(), progress);
        ways.setAlignment(Pos.CENTER_LEFT);
        final HBox head = Parts.paneHeader("Text", "", source);
        head.setStyle("-fx-padding: 0;");
        final VBox top = new VBox(8, head, text, ways);
        top.setStyle("-fx-padding: 0 24 16 24;");
        final javafx.scene.layout.Region between = Parts.rule();
        between.getStyleClass().add("vertical");
        final HBox answers = new HBox(base, between, tuned);
        answers.setMaxHeight(420);
        VBox.setVgrow(answers, Priority.ALWAYS);
        final VBox pane = new VBox(top, problems, Parts.rule(), answers, Parts.rule());
        pane.getStyleClass().add("pane");
        pane.setMinWidth(420);
        return pane;
    }

    private VBox right() {
        run.setId("try-run");
        run.setItems(model.runs());
        run.setMaxWidth(Double.MAX_VALUE);
        run.setAccessibleText("Run to ask");
        run.setConverter(new javafx.util.StringConverter<>() {
            @Override
            public String toString(RunSummary one) {
                return one == null ? "" : one.run() + " " + one.title();
            }

            @Override
            public RunSummary fromString(String words) {
                return run.getValue();
            }
        });
        run.setOnAction(event -> {
            if (run.getValue() != null && run.getValue() != model.runProperty().get()) {
                model.choose(run.getValue());
            }
        });
        final VBox exports = new VBox(8, export("Adapter and head", ExportKind.ADAPTER, "adapter", "PEFT folder, also read elsewhere"),
                export("Merged model", ExportKind.MERGED, "model", "one dense safetensors folder"), export("Curves", ExportKind.CURVES, "curves.csv", "every step as CSV"),
                export("Report", ExportKind.REPORT, "report.html", "one page, self-contained"));
        final VBox body = new VBox(16, new VBox(8, Parts.label("Run", "type-section"), run), new VBox(8, Parts.label("Export", "type-section"), exports), written);
        body.setStyle("-fx-padding: 12 16 16 16;");
        final Node scroll = Columns.scrolling(body);
        VBox.setVgrow(scroll, Priority.ALWAYS);
        final VBox pane = new VBox(scroll);
        pane.getStyleClass().add("pane");
        pane.setMinWidth(220);
        return pane;
    }

    private HBox export(String name, ExportKind kind, String ending, String what) {
        final Button save = Parts.button("Save", null, null, () -> save(kind, ending));
        save.getStyleClass().add("compact");
        save.setAccessibleText("Save " + name);
        save.setMinWidth(javafx.scene.layout.Region.USE_PREF_SIZE);
        final VBox words = new VBox(2, Parts.label(name, "type-table", "medium"), Parts.label(what, "type-axis", "muted"));
        words.setMinWidth(0);
        final HBox line = new HBox(8, words, Parts.gap(), save);
        line.setAlignment(Pos.CENTER_LEFT);
        return line;
    }

    private void save(ExportKind kind, String ending) {
        final FileChooser chooser = new FileChooser();
        chooser.setInitialFileName("run-" + model.runProperty().get().run() + "-" + ending);
        final File target = chooser.showSaveDialog(root.getScene().getWindow());
        if (target != null) {
            model.export(kind, target.toPath());
        }
    }

    private void written(ExportReport report) {
        written.getChildren().setAll(Parts.label("Proof", "type-section"));
        report.proof().ifPresent(proof -> {
            final VerdictLabel holds = new VerdictLabel();
            holds.show(proof.holds() ? Verdict.FITS : Verdict.OVER, proof.holds() ? "what was written is what was trained" : "differs from what was trained");
            written.getChildren().addAll(holds, Parts.words(proof.claim() + ": logits within " + Units.decimals(proof.largestDifference(), 6) + " over " + Units.count(proof.rows())
                    + " rows, bound " + Units.decimals(proof.bound(), 6) + ".", "type-table", "muted"));
        });
        written.getChildren().add(Parts.words(Units.memory(report.bytes()) + " written to " + report.path() + ".", "type-table", "muted"));
    }

    private void take(Answered row) {
        model.textProperty().set(row.row().text());
        ask();
    }

    private void next() {
        rows.getSelectionModel().selectNext();
        Optional.ofNullable(rows.getSelectionModel().getSelectedItem()).ifPresent(this::take);
    }

    private void ask() {
        model.ask();
    }

    private void show(TryResult result) {
        if (result == null) {
            base.clear("Both answers stand here, side by side.");
            tuned.clear("");
        } else {
            final Optional<String> right = model.expected(result.text());
            base.show(result.base(), right);
            tuned.show(result.tuned(), right);
        }
    }

    private void count() {
        // a text that goes on has no right answer to be counted
        labelled.set(model.rows().stream().anyMatch(row -> !row.row().expected().isEmpty()));
        final long all = model.count(row -> true);
        final long baseRight = model.count(Answered::baseRight);
        final long tunedRight = model.count(Answered::tunedRight);
        baseBar.setProgress(all == 0 ? 0 : (double) baseRight / all);
        tunedBar.setProgress(all == 0 ? 0 : (double) tunedRight / all);
        baseShare.setText(all == 0 ? Units.NONE : Units.percent((double) baseRight / all, 1));
        tunedShare.setText(all == 0 ? Units.NONE : Units.percent((double) tunedRight / all, 1));
        asked.setText(Units.count(all) + " of " + Units.count(model.rows().size()) + " rows asked");
    }

    private static final class RowCell extends ListCell<Answered> {
        private final Label words = Parts.label("", "type-table");
        private final StackPane base = new StackPane();
        private final StackPane tuned = new StackPane();
        private final HBox line = new HBox(8, words, Parts.gap(), base, tuned);

        RowCell() {
            words.setMinWidth(0);
            line.setAlignment(Pos.CENTER_LEFT);
            for (final StackPane mark : List.of(base, tuned)) {
                mark.setMinWidth(24);
            }
            setPrefWidth(0);
        }

        @Override
        protected void updateItem(Answered row, boolean empty) {
            super.updateItem(row, empty);
            setGraphic(empty || row == null ? null : line);
            if (row != null && !empty) {
                words.setText(row.row().text().replace('\n', ' '));
                mark(base, row.asked(), row.baseRight());
                mark(tuned, row.asked(), row.tunedRight());
                setAccessibleText(row.row().text() + (row.asked() ? ", base " + (row.baseRight() ? "right" : "wrong") + ", tuned " + (row.tunedRight() ? "right" : "wrong") : ""));
            }
        }

        private static void mark(StackPane box, boolean asked, boolean right) {
            box.getChildren().clear();
            if (asked) {
                box.getChildren().setAll(new VerdictGlyph(right ? Verdict.FITS : Verdict.OVER, 14));
            }
        }
    }

    @Override
    public String id() {
        return "try";
    }

    @Override
    public String title() {
        return "Try";
    }

    @Override
    public Node root() {
        return root;
    }

    @Override
    public Node focusTarget() {
        return model.runProperty().get() == null ? none.action() : text;
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
        final String id = model.runProperty().get() == null ? "RUN" : model.runProperty().get().run();
        return List.of(Command.of("Answer both", "Ctrl+Enter", "headroom try " + id + " --text \"…\"", () -> model.runProperty().get() != null, this::ask),
                Command.of("Next held-out row", "", "", () -> !model.rows().isEmpty(), this::next));
    }

    @Override
    public String learnPage() {
        return "where-memory-goes";
    }
}
