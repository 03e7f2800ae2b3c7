package headroom.app.view;

import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.component.VerdictLabel;
import headroom.engine.workbench.TryResult.Answer;
import headroom.engine.workbench.TryResult.Probability;
import headroom.engine.workbench.Verdict;
import java.util.Optional;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** What one of the two models says: its label with all probabilities, or the text it goes on with. */
final class AnswerPane extends VBox {
    private final VerdictLabel verdict = new VerdictLabel();
    private final Label who = Parts.label("", "type-table", "muted");
    private final VBox body = new VBox(8);
    private final Label tokens = Parts.label(Units.NONE, "strong");
    private final Label time = Parts.label(Units.NONE, "strong");
    private final Label peak = Parts.label(Units.NONE, "strong");
    private final Label note = Parts.words("", "type-table", "muted");

    AnswerPane(String title) {
        super(8);
        getStyleClass().add("pane");
        setStyle("-fx-padding: 12 24 16 24;");
        final HBox head = new HBox(8, Parts.label(title, "type-section"), Parts.gap(), verdict);
        head.setAlignment(Pos.CENTER_LEFT);
        final HBox figures = new HBox(32, figure("Tokens", tokens), figure("Time", time), figure("Peak", peak));
        VBox.setVgrow(body, Priority.ALWAYS);
        body.setStyle("-fx-padding: 8 0 8 0;");
        getChildren().addAll(head, who, body, note, Parts.rule(), figures);
        HBox.setHgrow(this, Priority.ALWAYS);
        setPrefWidth(0);
        clear("");
    }

    private static VBox figure(String name, Label value) {
        return new VBox(2, Parts.label(name, "type-table", "muted"), value);
    }

    void clear(String words) {
        verdict.setVisible(false);
        who.setText("");
        note.setText("");
        body.getChildren().setAll(Parts.words(words, "type-body", "muted"));
        tokens.setText(Units.NONE);
        time.setText(Units.NONE);
        peak.setText(Units.NONE);
    }

    /** @param expected the right label, where it is known */
    void show(Answer answer, Optional<String> expected) {
        who.setText(answer.who());
        note.setText(answer.note().map(words -> Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".").orElse(""));
        tokens.setText(Units.count(answer.tokenCount()));
        time.setText(Units.duration(answer.seconds()));
        peak.setText(Units.memory(answer.peakBytes()));
        verdict.setVisible(expected.isPresent() && !answer.labels().isEmpty());
        expected.ifPresent(right -> verdict.show(right.equals(answer.text()) ? Verdict.FITS : Verdict.OVER, right.equals(answer.text()) ? answer.text() : answer.text() + ", not " + right));
        body.getChildren().clear();
        if (answer.labels().isEmpty()) {
            body.getChildren().add(answer.text().isBlank() ? Parts.words("It takes the text as finished and adds nothing.", "type-body", "muted")
                    : Parts.words(answer.text().strip(), "type-answer"));
        } else {
            body.getChildren().add(Parts.label(answer.text(), "type-hero"));
            answer.labels().stream().limit(8).forEach(label -> body.getChildren().add(bar(label, label.text().equals(answer.text()))));
        }
    }

    private static HBox bar(Probability label, boolean chosen) {
        final Label name = Parts.label(label.text(), "type-table", chosen ? "strong" : "muted");
        name.setMinWidth(112);
        name.setPrefWidth(112);
        final ProgressBar bar = new ProgressBar(label.probability());
        bar.getStyleClass().add(chosen ? "chosen" : "other");
        bar.setMaxWidth(Double.MAX_VALUE);
        HBox.setHgrow(bar, Priority.ALWAYS);
        final Label figure = Parts.label(Units.percent(label.probability(), 1), "type-table", chosen ? "strong" : "muted");
        figure.setMinWidth(56);
        figure.setAlignment(Pos.CENTER_RIGHT);
        final HBox line = new HBox(8, name, bar, figure);
        line.setAlignment(Pos.CENTER_LEFT);
        line.setAccessibleText(label.text() + " " + figure.getText());
        return line;
    }
}
