package headroom.app.component;

import headroom.engine.workbench.Verdict;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;

/** Glyph, title and one or two sentences: what is needed, the band, the budget, and what makes it safe. */
public final class VerdictBanner extends VBox {
    private final Label title = new Label();
    private final Label sentence = new Label();
    private final HBox head = new HBox(12, title);

    public VerdictBanner() {
        super(8);
        title.getStyleClass().add("type-title");
        sentence.getStyleClass().add("type-body");
        sentence.setWrapText(true);
        head.setAlignment(Pos.CENTER_LEFT);
        getChildren().addAll(head, sentence);
        setMinHeight(USE_PREF_SIZE);
    }

    public void show(Verdict verdict, String words) {
        show(verdict, VerdictGlyph.title(verdict), words);
    }

    public void show(Verdict verdict, String heading, String words) {
        getStyleClass().setAll("verdict-banner", VerdictGlyph.style(verdict));
        title.setText(heading);
        sentence.setText(words);
        head.getChildren().setAll(new VerdictGlyph(verdict, 20), title);
        setAccessibleText(heading + ". " + words);
    }
}
