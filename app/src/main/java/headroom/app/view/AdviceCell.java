package headroom.app.view;

import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.component.VerdictLabel;
import headroom.engine.workbench.Advice;
import java.util.function.Consumer;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** One change, priced: name, what it saves and what is left, its time, whether it is exact, and a button that makes it. */
final class AdviceCell extends ListCell<Advice> {
    static final double HEIGHT = 92;

    private final Label rank = Parts.label("", "type-table", "faint");
    private final Label title = Parts.label("", "strong");
    private final Label saved = Parts.label("", "type-table", "strong");
    private final Label figures = Parts.label("", "type-table", "muted");
    private final Label note = Parts.label("", "type-table", "muted");
    private final VerdictLabel verdict = new VerdictLabel();
    private final Button apply;
    private final HBox box;
    private final boolean remedy;

    /** @param remedy shows the verdict of each change, as for a run that stopped */
    AdviceCell(Consumer<Advice> taken, boolean remedy) {
        this.remedy = remedy;
        apply = Parts.button("Apply", null, null, () -> taken.accept(getItem()));
        apply.getStyleClass().add("compact");
        apply.setMinWidth(USE_PREF_SIZE);
        title.setMinWidth(0);
        note.setMinWidth(0);
        note.setWrapText(true);
        final HBox first = new HBox(8, title, Parts.gap());
        first.setAlignment(Pos.TOP_LEFT);
        first.getChildren().add(remedy ? verdict : apply);
        final HBox second = new HBox(12, saved, figures);
        final HBox third = new HBox(8, note);
        HBox.setHgrow(note, Priority.ALWAYS);
        note.setMaxWidth(Double.MAX_VALUE);
        if (remedy) {
            third.getChildren().add(apply);
        }
        third.setAlignment(Pos.TOP_LEFT);
        final VBox words = new VBox(2, first, second, third);
        words.setAlignment(Pos.TOP_LEFT);
        words.setMinWidth(0);
        HBox.setHgrow(words, Priority.ALWAYS);
        rank.setMinWidth(16);
        box = new HBox(words);
        box.getChildren().addFirst(rank);
        setPrefWidth(0);
        setStyle("-fx-padding: 8 24 4 24;");
    }

    @Override
    protected void updateItem(Advice advice, boolean empty) {
        super.updateItem(advice, empty);
        setGraphic(empty || advice == null ? null : box);
        if (advice == null || empty) {
            return;
        }
        rank.setText(String.valueOf(getIndex() + 1));
        title.setText(advice.title());
        saved.setText(Units.change(-advice.savedBytes()));
        figures.setText("→ " + Units.memory(advice.peakBytes()) + "   " + Units.extraTime(advice.extraTime()));
        note.setText(advice.note() + (advice.exact() && advice.helps() ? " Exact." : ""));
        verdict.show(advice.verdict(), advice.applied().budgetBytes().isPresent() ? advice.applied().budgetBytes().getAsLong() - advice.peakBytes() : 0);
        verdict.setVisible(advice.applied().budgetBytes().isPresent());
        box.setOpacity(1);
        for (final Label label : java.util.List.of(title, saved)) {
            label.getStyleClass().remove("faint");
            if (!advice.helps()) {
                label.getStyleClass().add("faint");
            }
        }
        apply.getStyleClass().remove("accent");
        final boolean first = remedy && getIndex() == 0 && advice.verdict() != headroom.engine.workbench.Verdict.OVER;
        if (first) {
            apply.getStyleClass().add("accent");
        }
        apply.setText(first ? "Apply and go on" : "Apply");
        apply.setId((remedy ? "remedy-" : "apply-") + getIndex());
        apply.setAccessibleText("Apply " + advice.title());
        setAccessibleText(advice.title() + ", saves " + Units.memory(advice.savedBytes()) + ", leaves " + Units.memory(advice.peakBytes()) + ". " + note.getText());
    }
}
