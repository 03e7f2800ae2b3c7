package headroom.app.component;

import headroom.engine.workbench.Verdict;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;

/** The short form of a verdict: {@code ✓ 3.70 GiB free}, {@code ≈ 0.18 GiB free, tight}, {@code × 0.79 GiB over}. */
public final class VerdictLabel extends HBox {
    private final Label words = new Label();

    public VerdictLabel() {
        super(4);
        setAlignment(Pos.CENTER_LEFT);
        setMinWidth(USE_PREF_SIZE);
    }

    public VerdictLabel(Verdict verdict, long freeBytes) {
        this();
        show(verdict, freeBytes);
    }

    public void show(Verdict verdict, long freeBytes) {
        show(verdict, Units.headroom(freeBytes) + (verdict == Verdict.TIGHT ? ", tight" : ""));
    }

    /** The glyph with other words, as in {@code ✓ same to the byte}. */
    public void show(Verdict verdict, String text) {
        getStyleClass().setAll("verdict", VerdictGlyph.style(verdict));
        words.setText(text);
        getChildren().setAll(new VerdictGlyph(verdict, 14), words);
    }
}
