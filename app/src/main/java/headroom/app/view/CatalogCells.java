package headroom.app.view;

import headroom.app.component.LengthChart;
import headroom.app.component.MemoryBar;
import headroom.app.component.MemoryStack;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.component.VerdictLabel;
import headroom.app.viewmodel.CatalogViewModel;
import headroom.app.viewmodel.MethodRow;
import headroom.engine.workbench.DatasetEntry;
import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.ModelEntry;
import headroom.engine.workbench.TaskKind;
import java.util.Optional;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** The rows of the three lists: two lines for a model and a method, three for a dataset. */
final class CatalogCells {
    static final double MODEL = 56;
    static final double DATASET = 72;
    static final double METHOD = 56;
    static final double HEADING = 32;
    static final double BAR_RIGHT = 168;

    private CatalogCells() {}

    /** Name and size, with what the weights take on disk. */
    static final class Model extends ListCell<ModelEntry> {
        private final Label name = Parts.label("", "medium");
        private final Label bytes = Parts.label("", "type-table");
        private final Label shape = Parts.label("", "type-axis", "muted");
        private final Label where = Parts.label("", "type-axis", "faint");
        private final VBox box = new VBox(2, line(name, bytes), line(shape, where));

        Model() {
            box.setAlignment(Pos.CENTER_LEFT);
            setPrefWidth(0);
        }

        @Override
        protected void updateItem(ModelEntry entry, boolean empty) {
            super.updateItem(entry, empty);
            setGraphic(empty || entry == null ? null : box);
            if (entry != null && !empty) {
                name.setText(entry.name());
                bytes.setText(Units.memory(entry.bytesOnDisk()));
                shape.setText(Units.amount(entry.parameters()) + " · " + entry.layers() + " layers · " + Units.amount(entry.vocab()) + " words");
                where.setText(entry.shapeOnly() ? "shape only" : "on disk");
                setAccessibleText(entry.name() + ", " + shape.getText() + ", " + where.getText());
            }
        }
    }

    /** Name, rows, task and how long the rows are. */
    static final class Data extends ListCell<DatasetEntry> {
        private final Label name = Parts.label("", "medium");
        private final Label rows = Parts.label("", "type-axis", "muted");
        private final Label lengths = Parts.label("", "type-axis", "muted");
        private final Label bad = Parts.label("", "type-axis", "warn");
        private final LengthChart chart = new LengthChart(64, 24);
        private final HBox box;

        Data() {
            final VBox words = new VBox(2, name, rows, line(lengths, bad));
            words.setAlignment(Pos.CENTER_LEFT);
            words.setMinWidth(0);
            HBox.setHgrow(words, Priority.ALWAYS);
            final StackPane corner = new StackPane(chart);
            StackPane.setAlignment(chart, Pos.TOP_RIGHT);
            corner.setMaxHeight(40);
            corner.setMinWidth(Region.USE_PREF_SIZE);
            box = new HBox(8, words, corner);
            box.setAlignment(Pos.CENTER_LEFT);
            setPrefWidth(0);
        }

        @Override
        protected void updateItem(DatasetEntry entry, boolean empty) {
            super.updateItem(entry, empty);
            setGraphic(empty || entry == null ? null : box);
            if (entry != null && !empty) {
                name.setText(entry.name());
                rows.setText(Units.count(entry.rows()) + " rows · " + task(entry));
                lengths.setText("median " + entry.lengths().median() + " · longest " + Units.count(entry.lengths().longest()) + " " + entry.lengths().unit());
                bad.setText(entry.badRows() == 0 ? "" : Units.count(entry.badRows()) + " bad rows");
                chart.show(entry.lengths());
                setAccessibleText(entry.name() + ", " + rows.getText() + ", " + lengths.getText() + (entry.badRows() == 0 ? "" : ", " + bad.getText()));
            }
        }

        private static String task(DatasetEntry entry) {
            return entry.kind() == TaskKind.CLASSIFICATION ? entry.labels().size() + " labels" : "next token";
        }
    }

    /** Name, paper and idea; the bar of its memory against the budget, on one axis for the whole list; above the first of a family the family, where the list is sorted so. */
    static final class Method extends ListCell<MethodRow> {
        private final CatalogViewModel model;
        private final Label name = Parts.label("", "medium");
        private final Label paper = Parts.label("", "type-axis", "faint");
        private final Label idea = Parts.label("", "type-axis", "muted");
        private final VerdictLabel verdict = new VerdictLabel();
        private final MemoryBar bar = new MemoryBar(12);
        private final Label peak = Parts.label("", "type-table", "strong");
        private final Label time = Parts.label("", "type-axis", "muted");
        private final Label heading = Parts.label("", "type-table", "strong", "muted");
        private final StackPane family = new StackPane(heading);
        private final VBox box;

        Method(CatalogViewModel model) {
            this.model = model;
            name.setMinWidth(USE_PREF_SIZE);
            paper.setMinWidth(USE_PREF_SIZE);
            final HBox first = new HBox(8, name, paper, idea, Parts.gap(), verdict);
            first.setAlignment(Pos.BASELINE_LEFT);
            final HBox figures = new HBox(8, Parts.gap(), peak, time);
            figures.setAlignment(Pos.BASELINE_RIGHT);
            figures.setMinWidth(BAR_RIGHT - 16);
            figures.setPrefWidth(BAR_RIGHT - 16);
            time.setMinWidth(68);
            time.setAlignment(Pos.CENTER_RIGHT);
            peak.setMinWidth(USE_PREF_SIZE);
            HBox.setHgrow(bar, Priority.ALWAYS);
            bar.setMinWidth(0);
            final HBox second = new HBox(bar, figures);
            second.setAlignment(Pos.CENTER_LEFT);
            family.setAlignment(Pos.BOTTOM_LEFT);
            family.setMinHeight(HEADING - 8);
            box = new VBox(4, family, first, second);
            box.setAlignment(Pos.CENTER_LEFT);
            setPrefWidth(0);
            model.badgeRevisionProperty().addListener((o, was, is) -> axis());
        }

        @Override
        protected void updateItem(MethodRow row, boolean empty) {
            super.updateItem(row, empty);
            setGraphic(empty || row == null ? null : box);
            if (row == null || empty) {
                return;
            }
            name.setText(row.entry().name());
            paper.setText(row.entry().paper().replaceAll(",.*", "") + (row.entry().year() == 0 ? "" : " " + row.entry().year()));
            idea.setText(row.entry().oneLine());
            final Optional<String> begins = model.headingAt(getIndex());
            begins.ifPresent(heading::setText);
            family.setVisible(begins.isPresent());
            family.setManaged(begins.isPresent());
            setPrefHeight(begins.isPresent() ? METHOD + HEADING : METHOD);
            row.plan().ifPresentOrElse(plan -> planned(row, plan), () -> waiting(row));
        }

        private void planned(MethodRow row, MemoryPlan plan) {
            verdict.setVisible(true);
            verdict.show(plan.verdict(), plan.freeBytes());
            bar.show(new MemoryStack(plan.outsideBytes(), plan.byCategoryAtPeak())).setBudget(plan.budgetBytes());
            axis();
            peak.setText(Units.memory(row.peakBytes()));
            time.setText(Double.isFinite(row.timeFactor()) ? Units.factor(row.timeFactor()) + " ops" : "");
            setAccessibleText(spoken(row) + ", " + row.entry().oneLine() + ", peak " + peak.getText() + ", " + Units.headroom(plan.freeBytes()));
        }

        private void waiting(MethodRow row) {
            verdict.setVisible(false);
            bar.show(MemoryStack.EMPTY).setBudget(0);
            peak.setText(row.problem().isPresent() ? "not possible" : Units.NONE);
            time.setText(row.problem().isPresent() ? "here" : "");
            setAccessibleText(spoken(row) + ", " + row.problem().map(why -> why.what()).orElse("not planned yet"));
        }

        private String spoken(MethodRow row) {
            return model.headingAt(getIndex()).map(begins -> begins + ": ").orElse("") + row.entry().name();
        }

        private void axis() {
            bar.setAxis(model.axisBytes());
        }
    }

    private static HBox line(Label left, Label right) {
        right.setMinWidth(Region.USE_PREF_SIZE);
        final HBox line = new HBox(8, left, Parts.gap(), right);
        line.setAlignment(Pos.BASELINE_LEFT);
        line.setMinWidth(0);
        return line;
    }
}
