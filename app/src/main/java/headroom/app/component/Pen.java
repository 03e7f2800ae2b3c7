package headroom.app.component;

import headroom.engine.memory.Category;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.paint.Color;
import javafx.scene.paint.CycleMethod;
import javafx.scene.paint.LinearGradient;
import javafx.scene.paint.Paint;
import javafx.scene.paint.Stop;
import javafx.scene.shape.StrokeLineCap;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/**
 * Draws by role on a canvas, with edges on whole device pixels.
 *
 * @param scale device pixels per logical pixel
 */
public record Pen(GraphicsContext graphics, Palette palette, double scale) {
    public static final Font AXIS = Fonts.of(Fonts.SANS, 11);
    public static final Font AXIS_STRONG = Fonts.of(Fonts.SEMIBOLD, 11);
    public static final Font CODE = Fonts.of(Fonts.MONO, 11);

    /** The nearest edge of a device pixel. */
    public double snap(double at) {
        return Math.round(at * scale) / scale;
    }

    public Color role(String name) {
        return palette.role(name);
    }

    public void fill(Paint paint, double x, double y, double width, double height) {
        final double left = snap(x);
        final double top = snap(y);
        graphics.setFill(paint);
        graphics.fillRect(left, top, snap(x + width) - left, snap(y + height) - top);
    }

    public void fill(String role, double x, double y, double width, double height) {
        fill(role(role), x, y, width, height);
    }

    /** A frame whose lines lie inside the rectangle. */
    public void frame(Paint paint, double x, double y, double width, double height, double line) {
        fill(paint, x, y, width, line);
        fill(paint, x, y + height - line, width, line);
        fill(paint, x, y, line, height);
        fill(paint, x + width - line, y, line, height);
    }

    /** Diagonal lines of {@code role} on the surface: what the ledger does not hold, and with {@link #host} what main memory holds. */
    public void hatch(double x, double y, double width, double height) {
        fill(stripes(role("memory-outside"), role("bg-surface"), 4, 0.5), x, y, width, height);
        if (width > 3 && height > 3) {
            frame(role("memory-outside"), x, y, width, height, 1);
        }
    }

    /** A category held in main memory: its colour under surface-coloured stripes, two pixels on six. */
    public void host(Category category, double x, double y, double width, double height) {
        fill(stripes(role("bg-surface"), palette.memory(category), 6, 1 / 3.0), x, y, width, height);
    }

    private static LinearGradient stripes(Color stripe, Color ground, double period, double share) {
        final double reach = period / Math.sqrt(2);
        return new LinearGradient(0, 0, reach, reach, false, CycleMethod.REPEAT, new Stop(0, stripe), new Stop(share, stripe), new Stop(share, ground),
                new Stop(1, ground));
    }

    /** A horizontal line whose thickness lies on whole pixels. */
    public void across(Paint paint, double x0, double x1, double y, double thickness) {
        fill(paint, x0, y - thickness / 2, x1 - x0, thickness);
    }

    public void down(Paint paint, double x, double y0, double y1, double thickness) {
        fill(paint, x - thickness / 2, y0, thickness, y1 - y0);
    }

    /** A dashed or plain line between two points. */
    public void line(Paint paint, double width, double[] dash, double x0, double y0, double x1, double y1) {
        stroke(paint, width, dash);
        graphics.strokeLine(x0, y0, x1, y1);
    }

    public void stroke(Paint paint, double width, double... dash) {
        graphics.setStroke(paint);
        graphics.setLineWidth(width);
        graphics.setLineCap(StrokeLineCap.BUTT);
        graphics.setLineJoin(javafx.scene.shape.StrokeLineJoin.ROUND);
        graphics.setLineDashes(dash);
    }

    /** @param y the middle of the line of text */
    public void text(String text, Font font, Paint paint, double x, double y, TextAlignment align) {
        graphics.setFont(font);
        graphics.setFill(paint);
        graphics.setTextAlign(align);
        graphics.setTextBaseline(VPos.CENTER);
        graphics.fillText(text, x, y);
    }

    public void left(String text, Font font, String role, double x, double y) {
        text(text, font, role(role), x, y, TextAlignment.LEFT);
    }

    public void right(String text, Font font, String role, double x, double y) {
        text(text, font, role(role), x, y, TextAlignment.RIGHT);
    }

    public void centre(String text, Font font, String role, double x, double y) {
        text(text, font, role(role), x, y, TextAlignment.CENTER);
    }

    /** Text on a small framed ground, for names that lie on top of curves. */
    public void tag(String text, Color color, double x, double y) {
        final double width = Fonts.width(text, AXIS_STRONG) + 12;
        fill(color, x, y - 9, width, 18);
        fill("bg-surface", x + 1, y - 8, width - 2, 16);
        text(text, AXIS_STRONG, color, x + width / 2, y, TextAlignment.CENTER);
    }
}
