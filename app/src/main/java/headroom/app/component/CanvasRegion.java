package headroom.app.component;

import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.css.CssMetaData;
import javafx.css.Styleable;
import javafx.css.StyleableProperty;
import javafx.css.StyleablePropertyFactory;
import javafx.event.EventHandler;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Region;
import javafx.scene.transform.Scale;

/**
 * A region that draws itself on one canvas. {@link #invalidate()} is cheap and may be called as often as data come: the drawing happens
 * at most once per frame. Colours come from the palette that the style sheet names, so that a change of theme redraws by itself.
 */
public abstract class CanvasRegion extends Region {
    private static final StyleablePropertyFactory<CanvasRegion> STYLE = new StyleablePropertyFactory<>(Region.getClassCssMetaData());

    private final Surface ground = new Surface(this::draw);
    private final Surface above = new Surface(this::drawAbove);
    private final StyleableProperty<String> theme =
            STYLE.createStyleableStringProperty(this, "theme", "-headroom-palette", region -> region.theme, "light");
    private double density = 1;

    protected CanvasRegion(String styleClass) {
        getStyleClass().setAll("canvas-region", styleClass);
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        setAccessibleRoleDescription("chart");
        getChildren().addAll(ground, above);
        ((ObservableValue<?>) theme).addListener((o, was, is) -> invalidate());
        setPickOnBounds(true);
    }

    /** Draws the data; the ground is already cleared. Sizes in logical pixels. */
    protected abstract void draw(Pen pen, double width, double height);

    /** Draws what follows mouse and keys, on a layer of its own: moving a crosshair never redraws the data. */
    protected void drawAbove(Pen pen, double width, double height) {
        // most parts have no crosshair
    }

    /** Asks for a new drawing before the next frame. */
    public final void invalidate() {
        ground.again();
        above.again();
    }

    protected final void invalidateAbove() {
        above.again();
    }

    /** Lets the chart take the keyboard: one stop, a focus ring, arrows inside. */
    protected final void takeKeys(EventHandler<KeyEvent> keys) {
        setFocusTraversable(true);
        setOnKeyPressed(keys);
        addEventHandler(MouseEvent.MOUSE_PRESSED, event -> requestFocus());
    }

    public final Palette palette() {
        return Palette.of(theme.getValue());
    }

    /** Pixels drawn per logical pixel; above 1 only while a picture is exported. */
    final void setDensity(double value) {
        density = value;
        invalidate();
    }

    @Override
    protected void layoutChildren() {
        ground.resizeRelocate(0, 0, getWidth(), getHeight());
        above.resizeRelocate(0, 0, getWidth(), getHeight());
    }

    @Override
    public List<CssMetaData<? extends Styleable, ?>> getCssMetaData() {
        return STYLE.getCssMetaData();
    }

    private double outputScale() {
        return getScene() == null || getScene().getWindow() == null ? 1 : getScene().getWindow().getOutputScaleX();
    }

    private interface Drawing {
        void draw(Pen pen, double width, double height);
    }

    /** Not managed, so that a redraw lays out this node alone and not the window around it. */
    private final class Surface extends Region {
        private final Canvas canvas = new Canvas();
        private final Drawing drawing;
        private boolean stale = true;

        Surface(Drawing drawing) {
            this.drawing = drawing;
            getChildren().add(canvas);
            canvas.setManaged(false);
            setManaged(false);
            setMouseTransparent(true);
        }

        void again() {
            stale = true;
            requestLayout();
        }

        @Override
        protected void layoutChildren() {
            final double width = getWidth();
            final double height = getHeight();
            final boolean resized = canvas.getWidth() != width * density || canvas.getHeight() != height * density;
            if ((!resized && !stale) || width <= 0 || height <= 0) {
                return;
            }
            stale = false;
            canvas.setWidth(width * density);
            canvas.setHeight(height * density);
            canvas.getTransforms().setAll(new Scale(1 / density, 1 / density));
            final GraphicsContext graphics = canvas.getGraphicsContext2D();
            graphics.setTransform(1, 0, 0, 1, 0, 0);
            graphics.clearRect(0, 0, canvas.getWidth(), canvas.getHeight());
            graphics.save();
            graphics.scale(density, density);
            drawing.draw(new Pen(graphics, palette(), outputScale() * density), width, height);
            graphics.restore();
        }
    }
}
