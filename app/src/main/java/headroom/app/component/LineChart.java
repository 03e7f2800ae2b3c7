package headroom.app.component;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleFunction;
import javafx.geometry.Rectangle2D;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.paint.Color;
import javafx.scene.text.TextAlignment;

/**
 * Curves over steps, seconds, tokens or epochs. Draws at most four points per curve and pixel column, so ten thousand points cost no more
 * than a thousand. Arrows move a crosshair point by point of the first curve, with Shift by ten.
 */
public final class LineChart extends CanvasRegion implements Tabular {
    private static final double TOP = 12;
    private static final double BOTTOM = 24;
    /** More curves than this are drawn as a {@link Swarm}. */
    private static final int STROKED = 24;

    private List<Line> lines = List.of();
    private List<Guide> guides = List.of();
    private OptionalDouble xEnd = OptionalDouble.empty();
    private OptionalDouble yStart = OptionalDouble.empty();
    private OptionalDouble yEnd = OptionalDouble.empty();
    private DoubleFunction<String> xText = x -> Units.count(Math.round(x));
    private DoubleFunction<String> yText;
    private String name = "Chart";
    private double right = 96;
    private double cross = Double.NaN;
    private DoubleConsumer heard = x -> { };
    private Axes axes = new Axes(0, 1, 0, 1, 0, 0, 1, 1);

    public LineChart() {
        super("line-chart");
        setMinSize(120, 80);
        setPrefSize(480, 160);
        takeKeys(this::keys);
        setOnMouseMoved(event -> moveTo(axes.x(event.getX())));
        setOnMouseExited(event -> moveTo(Double.NaN));
    }

    /** How a curve is drawn. {@code RAW} is the thin unsmoothed curve beneath a smooth one, {@code EVAL} carries a ring at every point. */
    public enum Look { RUN, RAW, EVAL }

    /** @param run index of the run, for colour and dash; @param label at its right end; empty for none */
    public record Line(String label, Points points, Look look, int run) {
        public static Line run(String label, int run, Points points) {
            return new Line(label, points, Look.RUN, run);
        }

        public static Line raw(Points points) {
            return new Line("", points, Look.RAW, 0);
        }

        public static Line eval(String label, Points points) {
            return new Line(label, points, Look.EVAL, 0);
        }
    }

    /** A dashed horizontal line, as of a planned value. */
    public record Guide(String label, double y) {}

    public LineChart show(List<Line> shown) {
        lines = List.copyOf(shown);
        describe();
        invalidate();
        return this;
    }

    public LineChart setGuides(List<Guide> shown) {
        guides = List.copyOf(shown);
        invalidate();
        return this;
    }

    /** Fixes the right end, as the last step of a live run; without it the data decide. */
    public LineChart setXEnd(double x) {
        xEnd = OptionalDouble.of(x);
        invalidate();
        return this;
    }

    public LineChart setY(OptionalDouble start, OptionalDouble end) {
        yStart = start;
        yEnd = end;
        invalidate();
        return this;
    }

    /** @param x writes an x value under the axis and at the crosshair; @param y writes a y value, null for plain decimals */
    public LineChart setTexts(DoubleFunction<String> x, DoubleFunction<String> y) {
        xText = x;
        yText = y;
        invalidate();
        return this;
    }

    /** @param title spoken first by a screen reader; @param labelWidth pixels kept free at the right for labels */
    public LineChart setName(String title, double labelWidth) {
        name = title;
        right = labelWidth;
        describe();
        invalidate();
        return this;
    }

    /** @param listener gets the x value under the crosshair, NaN when it leaves: for panes that light together */
    public void onCrosshair(DoubleConsumer listener) {
        heard = listener;
    }

    /** Puts the crosshair where another pane has it, telling nobody. */
    public void showCrosshair(double x) {
        cross = x;
        invalidateAbove();
    }

    /** One row per point: the curve's label, x and y. */
    @Override
    public Figures figures() {
        final List<List<String>> rows = new ArrayList<>();
        for (final Line line : lines) {
            final String label = line.look() == Look.RAW ? "raw" : firstWord(line.label());
            for (int i = 0; i < line.points().size(); i++) {
                rows.add(List.of(label, String.valueOf(line.points().x(i)), String.valueOf(line.points().y(i))));
            }
        }
        return new Figures(name, List.of("curve", "x", "y"), rows);
    }

    @Override
    protected void draw(Pen pen, double width, double height) {
        axes = axes(width, height);
        final List<Double> rows = Axes.ticks(axes.y0(), axes.y1(), Math.max(2, (int) (height / 36)));
        final int places = Axes.places(rows);
        axes.drawRows(pen, rows, y -> yText != null ? yText.apply(y) : Units.decimals(y, places));
        pen.fill("line-strong", axes.left(), axes.bottom() - 0.5, axes.width(), 1);
        columns(pen);
        pen.graphics().save();
        pen.graphics().beginPath();
        pen.graphics().rect(axes.left() - 4, axes.top() - 6, axes.width() + 8, axes.bottom() - axes.top() + 10);
        pen.graphics().clip();
        for (final Guide guide : guides) {
            final double y = pen.snap(axes.py(guide.y()));
            pen.line(pen.role("text"), 1.5, new double[] {5, 4}, axes.left(), y, axes.right(), y);
        }
        if (lines.size() > STROKED) {
            final Swarm swarm = new Swarm(width, height, pen.scale());
            lines.forEach(line -> swarm.add(Decimation.of(line.points(), axes), pen.palette().run(line.run())));
            swarm.draw(pen);
        } else {
            lines.forEach(line -> draw(pen, line));
        }
        pen.graphics().restore();
        labels(pen, width);
    }

    private Axes axes(double width, double height) {
        double x0 = Double.POSITIVE_INFINITY;
        double x1 = Double.NEGATIVE_INFINITY;
        double lo = Double.POSITIVE_INFINITY;
        double hi = Double.NEGATIVE_INFINITY;
        for (final Line line : lines) {
            final int size = line.points().size();
            if (size > 0) {
                x0 = Math.min(x0, line.points().x(0));
                x1 = Math.max(x1, line.points().x(size - 1));
            }
            for (int i = 0; i < size; i++) {
                final double y = line.points().y(i);
                if (Double.isFinite(y)) {
                    lo = Math.min(lo, y);
                    hi = Math.max(hi, y);
                }
            }
        }
        for (final Guide guide : guides) {
            lo = Math.min(lo, guide.y());
            hi = Math.max(hi, guide.y());
        }
        final double start = Double.isInfinite(x0) ? 0 : xEnd.isPresent() ? Math.min(0, x0) : x0;
        final double pad = hi > lo ? (hi - lo) * 0.06 : Math.max(1e-9, Math.abs(hi) * 0.1);
        final double bottom = yStart.orElse(Double.isInfinite(lo) ? 0 : lo - pad);
        final double top = yEnd.orElse(Double.isInfinite(hi) ? 1 : hi + pad);
        return new Axes(start, xEnd.orElse(Double.isInfinite(x1) ? 1 : x1), bottom, top, 48, TOP, Math.max(60, width - right), height - BOTTOM);
    }

    private void columns(Pen pen) {
        if (xEnd.isEmpty() && lines.stream().allMatch(line -> line.points().size() == 0)) {
            return;
        }
        final double y = axes.bottom() + 13;
        double free = axes.left() - 20;
        final String end = xText.apply(axes.x1());
        final double endLeft = axes.right() - Fonts.width(end, Pen.AXIS);
        for (final double tick : Axes.ticks(axes.x0(), axes.x1(), Math.max(2, (int) (axes.width() / 120)))) {
            final String text = xText.apply(tick);
            final double half = Fonts.width(text, Pen.AXIS) / 2;
            final double x = Math.max(axes.left() + half, axes.px(tick));
            if (x - half > free && x + half < endLeft - 12) {
                pen.centre(text, Pen.AXIS, "text-faint", x, y);
                free = x + half + 12;
            }
        }
        pen.right(end, Pen.AXIS, "text-faint", axes.right(), y);
    }

    private void draw(Pen pen, Line line) {
        final Color color = switch (line.look()) {
            case RUN -> pen.palette().run(line.run());
            case RAW -> pen.role("line-strong");
            case EVAL -> pen.role("accent");
        };
        switch (line.look()) {
            case RUN -> pen.stroke(color, lines.size() > 8 ? 1 : 1.75, Palette.dash(line.run()));
            case RAW -> pen.stroke(color, 1);
            case EVAL -> pen.stroke(color, 1.5, 4, 3);
        }
        final Decimation shape = Decimation.of(line.points(), axes);
        shape.stroke(pen);
        if (line.look() == Look.EVAL || shape.size == 1) {
            rings(pen, shape, color);
        }
    }

    private static void rings(Pen pen, Decimation shape, Color color) {
        pen.stroke(color, 1.5);
        for (int i = 0; i < shape.size; i++) {
            if (Double.isFinite(shape.ys[i])) {
                pen.graphics().setFill(pen.role("bg-surface"));
                pen.graphics().fillOval(shape.xs[i] - 3, shape.ys[i] - 3, 6, 6);
                pen.graphics().strokeOval(shape.xs[i] - 3, shape.ys[i] - 3, 6, 6);
            }
        }
    }

    /** Labels at the right ends, moved apart where they would overlap. */
    private void labels(Pen pen, double width) {
        final List<Label> labels = new ArrayList<>();
        for (final Line line : lines) {
            final int size = line.points().size();
            if (!line.label().isEmpty() && size > 0 && Double.isFinite(line.points().y(size - 1))) {
                final Color color = line.look() == Look.EVAL ? pen.role("accent") : pen.palette().run(line.run());
                labels.add(new Label(line.label(), color, axes.px(line.points().x(size - 1)) + 12, axes.py(line.points().y(size - 1))));
            }
        }
        for (final Guide guide : guides) {
            pen.right(guide.label(), Pen.AXIS, "text-muted", axes.right() > width - 40 ? axes.right() : width, axes.py(guide.y()) - 9);
        }
        labels.sort(Comparator.comparingDouble(Label::y));
        final double lowest = axes.bottom() - 4;
        double free = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < labels.size(); i++) {
            final Label label = labels.get(i);
            final double y = Math.max(Math.min(label.y(), lowest - 14 * (labels.size() - 1 - i)), free);
            pen.text(label.text(), Pen.AXIS_STRONG, label.color(), Math.min(label.x(), width - Fonts.width(label.text(), Pen.AXIS_STRONG)), y, TextAlignment.LEFT);
            free = y + 14;
        }
    }

    private record Label(String text, Color color, double x, double y) {}

    @Override
    protected void drawAbove(Pen pen, double width, double height) {
        if (!Double.isFinite(cross) || lines.isEmpty() || cross < axes.x0() || cross > axes.x1()) {
            return;
        }
        final double x = axes.px(cross);
        pen.down(pen.role("line-control"), x, axes.top(), axes.bottom(), 1);
        final String text = xText.apply(cross) + " · " + reading(" · ");
        final Rectangle2D box = box(text, x, width);
        pen.fill("line-control", box.getMinX(), box.getMinY(), box.getWidth(), 18);
        pen.fill("bg-surface", box.getMinX() + 1, box.getMinY() + 1, box.getWidth() - 2, 16);
        pen.left(text, Pen.AXIS_STRONG, "text", box.getMinX() + 6, box.getMinY() + 9);
    }

    private static Rectangle2D box(String text, double x, double width) {
        final double wide = Fonts.width(text, Pen.AXIS_STRONG) + 12;
        return new Rectangle2D(Math.max(0, Math.min(width - wide, x - wide / 2)), 0, wide, 18);
    }

    private String reading(String between) {
        return lines.stream().filter(line -> !line.label().isEmpty() && line.points().size() > 0).limit(6).map(line -> {
            final int i = Math.min(line.points().size() - 1, line.points().from(cross));
            final double y = line.points().y(i);
            return firstWord(line.label()) + " " + (yText != null ? yText.apply(y) : Units.loss(y));
        }).reduce((a, b) -> a + between + b).orElse("");
    }

    private static String firstWord(String label) {
        return label.contains(" ") ? label.substring(0, label.indexOf(' ')) : label;
    }

    private void keys(KeyEvent event) {
        if (lines.isEmpty()) {
            return;
        }
        final Points points = lines.stream().filter(line -> line.look() != Look.RAW).findFirst().orElse(lines.getFirst()).points();
        if (points.size() == 0) {
            return;
        }
        final int now = Double.isFinite(cross) ? Math.min(points.size() - 1, points.from(cross)) : points.size() - 1;
        final int by = event.isShiftDown() ? 10 : 1;
        final KeyCode code = event.getCode();
        final int next = switch (code) {
            case LEFT -> now - by;
            case RIGHT -> now + by;
            case HOME -> 0;
            case END -> points.size() - 1;
            default -> Integer.MIN_VALUE;
        };
        if (next != Integer.MIN_VALUE) {
            moveTo(points.x(Math.max(0, Math.min(points.size() - 1, next))));
            event.consume();
        }
    }

    private void moveTo(double x) {
        cross = x;
        heard.accept(x);
        describe();
        invalidateAbove();
    }

    private void describe() {
        setAccessibleText(Double.isFinite(cross) ? name + ", " + xText.apply(cross) + ": " + reading(", ") + "."
                : name + ". " + (lines.isEmpty() ? "No data yet." : lines.stream().map(Line::label).filter(label -> !label.isEmpty())
                        .reduce((a, b) -> a + ", " + b).orElse("") + "."));
    }
}
