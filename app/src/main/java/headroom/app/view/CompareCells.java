package headroom.app.view;

import headroom.app.component.CanvasRegion;
import headroom.app.component.Palette;
import headroom.app.component.Parts;
import headroom.app.component.Pen;
import headroom.app.component.Units;
import headroom.app.viewmodel.CompareViewModel;
import headroom.engine.workbench.RunSummary;
import java.util.Locale;
import javafx.beans.Observable;
import javafx.geometry.Pos;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** A run in the list of Compare: shown or not, its letter and dash, peak, loss and time. */
final class CompareCells extends ListCell<RunSummary> {
    static final double HEIGHT = 56;

    private final CompareViewModel model;
    private final CheckBox box = new CheckBox();
    private final Label letter = Parts.label("", "strong");
    private final Label title = Parts.label("", "medium");
    private final Label figures = Parts.label("", "type-axis", "muted");
    private final Dash dash = new Dash();
    private final HBox line;

    CompareCells(CompareViewModel model) {
        this.model = model;
        box.setFocusTraversable(false);
        box.setOnAction(event -> model.toggle(getItem().run()));
        letter.setMinWidth(14);
        title.setMinWidth(0);
        final VBox words = new VBox(2, title, figures);
        words.setAlignment(Pos.CENTER_LEFT);
        words.setMinWidth(0);
        HBox.setHgrow(words, Priority.ALWAYS);
        line = new HBox(8, box, letter, words, dash);
        line.setAlignment(Pos.CENTER_LEFT);
        setPrefWidth(0);
        model.chosen().addListener((Observable o) -> mark());
        setOnMouseClicked(event -> {
            if (getItem() != null && event.getClickCount() == 2) {
                model.toggle(getItem().run());
            }
        });
    }

    @Override
    protected void updateItem(RunSummary run, boolean empty) {
        super.updateItem(run, empty);
        setGraphic(empty || run == null ? null : line);
        if (run != null && !empty) {
            title.setText(run.title());
            figures.setText(Units.memory(run.peakBytes()) + " · " + Units.loss(run.metrics().getOrDefault("loss", run.loss())) + " · " + Units.clock(run.seconds())
                    + (run.state() == headroom.engine.workbench.RunState.FINISHED ? "" : " · " + run.state().name().toLowerCase(Locale.ROOT)));
            mark();
        }
    }

    private void mark() {
        if (getItem() != null && !isEmpty()) {
            final int at = model.chosen().indexOf(getItem().run());
            box.setSelected(at >= 0);
            box.setAccessibleText("Show " + getItem().title());
            letter.setText(at < 0 ? "" : Palette.letter(at));
            letter.getStyleClass().removeAll("run-a", "run-b", "run-c", "run-d");
            if (at >= 0) {
                letter.getStyleClass().add("run-" + Palette.letter(at).toLowerCase(Locale.ROOT));
            }
            dash.show(at);
            setAccessibleText((at < 0 ? "" : Palette.letter(at) + ", ") + getItem().title() + ", run " + getItem().run() + ", " + figures.getText());
        }
    }

    /** The line that stands for a run in the charts. */
    static final class Dash extends CanvasRegion {
        private int run = -1;

        Dash() {
            super("dash");
            setMinSize(32, 16);
            setPrefSize(32, 16);
            setMaxSize(32, 16);
            setMouseTransparent(true);
        }

        void show(int index) {
            run = index;
            invalidate();
        }

        @Override
        protected void draw(Pen pen, double width, double height) {
            if (run >= 0) {
                pen.line(pen.palette().run(run), 2, Palette.dash(run), 2, height / 2, width - 2, height / 2);
            }
        }
    }
}
