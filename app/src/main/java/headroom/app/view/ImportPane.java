package headroom.app.view;

import headroom.app.component.EmptyState;
import headroom.app.component.ErrorCard;
import headroom.app.component.LengthChart;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.viewmodel.ImportViewModel;
import headroom.engine.workbench.DatasetEntry;
import headroom.engine.workbench.DatasetReport;
import headroom.engine.workbench.DatasetReport.BadRow;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** A file before it is taken: its columns to choose, its first rows, its labels and every row that cannot be used. */
final class ImportPane extends VBox {
    private static final String NO_LABEL = "No label: learn the next token";

    private final ImportViewModel model;
    private final Consumer<DatasetEntry> taken;
    private final Label file = Parts.label("", "type-section");
    private final Label summary = Parts.label("", "type-table", "muted");
    private final Button take = Parts.primary("Take it into the catalog", null, this::take);
    private final StackPane body = new StackPane();

    ImportPane(ImportViewModel model, Consumer<DatasetEntry> taken) {
        this.model = model;
        this.taken = taken;
        getStyleClass().add("pane");
        setId("import-pane");
        setFocusTraversable(true);
        final Button leave = Parts.button("Leave it", null, null, model::leave);
        take.setId("import-take");
        leave.setId("import-leave");
        final HBox head = new HBox(12, file, summary, Parts.gap(), leave, take);
        head.getStyleClass().add("pane-header");
        head.setStyle("-fx-padding: 0 24 0 24;");
        VBox.setVgrow(body, Priority.ALWAYS);
        getChildren().addAll(head, Parts.rule(), body);
        model.fileProperty().addListener((o, was, is) -> file.setText(is == null ? "" : String.valueOf(is.getFileName())));
        model.reportProperty().addListener((o, was, is) -> show());
        model.problemProperty().addListener((o, was, is) -> show());
        model.progressProperty().addListener((o, was, is) -> show());
        show();
    }

    private void take() {
        model.take(taken);
    }

    private void show() {
        final Progress.At at = model.progressProperty().get();
        final Problem problem = model.problemProperty().get();
        final DatasetReport report = model.reportProperty().get();
        take.setDisable(report == null || report.goodRows() == 0 || at != null);
        summary.setText(report == null ? "" : report.format() + " · " + (report.header() ? "with" : "without") + " a header · " + Units.count(report.goodRows())
                + " of " + Units.count(report.rows()) + " rows can be used");
        if (at != null) {
            body.getChildren().setAll(loading(at));
        } else if (problem != null) {
            final ErrorCard card = new ErrorCard(problem);
            card.setMaxWidth(720);
            body.getChildren().setAll(card);
        } else if (report != null) {
            body.getChildren().setAll(report(report));
        }
    }

    private static Node loading(Progress.At at) {
        final ProgressBar bar = new ProgressBar(at.total() > 0 ? (double) at.done() / at.total() : 0);
        bar.setPrefWidth(320);
        final Label words = Parts.label(at.what() + " · " + Units.count(at.done()) + (at.total() > 0 ? " of " + Units.count(at.total()) : "") + " " + at.unit(), "type-table", "muted");
        final VBox box = new VBox(8, words, bar);
        box.setAlignment(Pos.CENTER);
        return box;
    }

    private Node report(DatasetReport report) {
        final VBox left = new VBox(16, columns(report), labels(report));
        left.setStyle("-fx-padding: 16 24 16 24;");
        final VBox right = new VBox(preview(report), Parts.rule(), badRows(report));
        return Columns.of(1, new double[] {384, 0}, Columns.scrolling(left), right);
    }

    private Node columns(DatasetReport report) {
        final FlowPane texts = new FlowPane(16, 8);
        final List<CheckBox> boxes = new ArrayList<>();
        for (final String column : report.columns()) {
            final CheckBox box = new CheckBox(column);
            box.setSelected(report.used().text().contains(column));
            boxes.add(box);
            texts.getChildren().add(box);
        }
        final ComboBox<String> label = new ComboBox<>();
        label.getItems().add(NO_LABEL);
        label.getItems().addAll(report.columns());
        label.setValue(report.used().label().orElse(NO_LABEL));
        label.setMaxWidth(Double.MAX_VALUE);
        label.setId("import-label");
        label.setAccessibleText("Column of the label");
        label.setOnAction(event -> choose(boxes, label.getValue()));
        boxes.forEach(box -> box.setOnAction(event -> choose(boxes, label.getValue())));
        return new VBox(8, Parts.label("Text columns, joined in this order", "type-table", "strong"), texts,
                Parts.label("Label column", "type-table", "strong"), label, Parts.words(report.why(), "type-table", "muted"));
    }

    private void choose(List<CheckBox> boxes, String label) {
        final List<String> text = boxes.stream().filter(CheckBox::isSelected).map(CheckBox::getText).toList();
        if (!text.isEmpty()) {
            model.choose(text, Optional.ofNullable(label).filter(column -> !column.equals(NO_LABEL)));
        }
    }

    private static Node labels(DatasetReport report) {
        final VBox box = new VBox(8, Parts.label("Lengths in " + report.lengths().unit(), "type-table", "strong"), new LengthChart(336, 64, true).show(report.lengths()));
        if (!report.labels().isEmpty()) {
            final long most = report.labels().values().stream().mapToLong(Long::longValue).max().orElse(1);
            box.getChildren().add(Parts.label(report.labels().size() + " labels", "type-table", "strong"));
            report.labels().entrySet().stream().limit(12).forEach(entry -> {
                final ProgressBar share = new ProgressBar((double) entry.getValue() / most);
                share.setPrefWidth(160);
                final Label name = Parts.label(entry.getKey(), "type-table");
                name.setPrefWidth(112);
                final HBox line = new HBox(8, name, share, Parts.label(Units.count(entry.getValue()), "type-table", "muted"));
                line.setAlignment(Pos.CENTER_LEFT);
                box.getChildren().add(line);
            });
        }
        return box;
    }

    private static Node preview(DatasetReport report) {
        final TableView<List<String>> table = new TableView<>();
        table.getItems().setAll(report.preview());
        table.setPlaceholder(Parts.label("No rows.", "muted"));
        for (int i = 0; i < report.columns().size(); i++) {
            final int at = i;
            final TableColumn<List<String>, String> column = new TableColumn<>(report.columns().get(i));
            column.setCellValueFactory(row -> new ReadOnlyStringWrapper(at < row.getValue().size() ? row.getValue().get(at) : ""));
            column.setPrefWidth(report.used().text().contains(report.columns().get(i)) ? 480 : 120);
            column.setSortable(false);
            table.getColumns().add(column);
        }
        table.setPrefHeight(240);
        table.setMinHeight(120);
        return new VBox(Parts.paneHeader("First rows", "chart"), table);
    }

    private static Node badRows(DatasetReport report) {
        if (report.badRows().isEmpty()) {
            final EmptyState good = new EmptyState("Every row can be used", "Nothing has to be repaired before training.");
            VBox.setVgrow(good, Priority.ALWAYS);
            return good;
        }
        final TableView<BadRow> table = new TableView<>();
        table.setId("bad-rows");
        table.getItems().setAll(report.badRows());
        table.getColumns().add(column("File", 120, bad -> String.valueOf(bad.file().getFileName())));
        table.getColumns().add(column("Row", 56, bad -> Units.count(bad.row())));
        table.getColumns().add(column("Field", 88, BadRow::field));
        table.getColumns().add(column("Reason", 320, BadRow::reason));
        table.getColumns().add(column("Fix", 320, BadRow::fix));
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_ALL_COLUMNS);
        VBox.setVgrow(table, Priority.ALWAYS);
        final Button copy = Parts.button("Copy list", null, null, () -> copy(report.badRows()));
        copy.getStyleClass().add("compact");
        final VBox box = new VBox(Parts.paneHeader(Units.count(report.badRows().size()) + (report.badRows().size() == 1 ? " row" : " rows") + " will be left out", "chart", copy), table);
        VBox.setVgrow(box, Priority.ALWAYS);
        return box;
    }

    private static void copy(List<BadRow> rows) {
        final javafx.scene.input.ClipboardContent content = new javafx.scene.input.ClipboardContent();
        content.putString(rows.stream().map(bad -> bad.file() + "\t" + bad.row() + "\t" + bad.field() + "\t" + bad.reason() + "\t" + bad.fix()).collect(Collectors.joining("\n")));
        javafx.scene.input.Clipboard.getSystemClipboard().setContent(content);
    }

    private static TableColumn<BadRow, String> column(String name, double width, Function<BadRow, String> text) {
        final TableColumn<BadRow, String> column = new TableColumn<>(name);
        column.setPrefWidth(width);
        column.setCellValueFactory(row -> new ReadOnlyStringWrapper(text.apply(row.getValue())));
        column.setCellFactory(c -> new javafx.scene.control.TableCell<>() {
            {
                setWrapText(true);
                setStyle("-fx-padding: 4 8 4 8;");
            }

            @Override
            protected void updateItem(String value, boolean empty) {
                super.updateItem(value, empty);
                setText(empty ? null : value);
                setTooltip(empty || value == null || value.length() < 40 ? null : new Tooltip(value));
            }
        });
        return column;
    }
}
