package headroom.app.component;

import headroom.engine.workbench.Verdict;
import java.util.Locale;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.shape.SVGPath;
import javafx.scene.transform.Scale;

/** Check, double wave or cross: a verdict is never told by its colour alone. */
public final class VerdictGlyph extends StackPane {
    private static final String CHECK = "M3 8.5 6.5 12 13 4.5";
    private static final String WAVES = "M2.5 6.2c2-2 3.5-1.6 5.5-.4s3.5 1.6 5.5-.4M2.5 11c2-2 3.5-1.6 5.5-.4s3.5 1.6 5.5-.4";
    private static final String CROSS = "M4 4l8 8M12 4l-8 8";

    /** @param size of the square in pixels; the shapes are drawn on 16 */
    public VerdictGlyph(Verdict verdict, double size) {
        final SVGPath path = new SVGPath();
        path.setContent(switch (verdict) {
            case FITS -> CHECK;
            case TIGHT -> WAVES;
            case OVER -> CROSS;
        });
        path.getStyleClass().addAll("verdict-glyph", style(verdict));
        path.setManaged(false);
        path.getTransforms().add(new Scale(size / 16, size / 16, 0, 0));
        getChildren().add(path);
        setMinSize(size, size);
        setPrefSize(size, size);
        setMaxSize(Region.USE_PREF_SIZE, Region.USE_PREF_SIZE);
        setMouseTransparent(true);
    }

    /** The style class of a verdict: {@code fits}, {@code tight}, {@code over}. */
    public static String style(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    /** {@code Fits}, {@code Tight: may not fit}, {@code Does not fit}. */
    public static String title(Verdict verdict) {
        return switch (verdict) {
            case FITS -> "Fits";
            case TIGHT -> "Tight: may not fit";
            case OVER -> "Does not fit";
        };
    }
}
