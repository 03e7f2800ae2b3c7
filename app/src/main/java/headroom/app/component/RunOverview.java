package headroom.app.component;

import java.util.List;
import java.util.function.Consumer;
import javafx.scene.Cursor;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseEvent;

/**
 * The whole run on 48 pixels: the peak of every step, checkpoints as flags, and a window that can be dragged (middle) or resized (edges).
 * Arrows move it, with Shift by ten.
 */
public final class RunOverview extends CanvasRegion {
    private static final double EDGE = 5;

    private Points peaks = Points.of(0, i -> 0, i -> 0);
    private double steps = 1;
    private long budgetBytes;
    private List<Integer> checkpoints = List.of();
    private double from = Double.NaN;
    private double to = Double.NaN;
    private Consumer<double[]> heard = window -> { };
    private Axes axes = new Axes(0, 1, 0, 1, 0, 0, 1, 1);
    private double grabbed;
    private Grip grip = Grip.NONE;

    private enum Grip { NONE, LEFT, MIDDLE, RIGHT }

    public RunOverview() {
        super("run-overview");
        setMinHeight(48);
        setPrefHeight(48);
        setMaxHeight(48);
        takeKeys(this::keys);
        setOnMouseMoved(event -> setCursor(switch (gripAt(event.getX())) {
            case LEFT, RIGHT -> Cursor.H_RESIZE;
            case MIDDLE -> Cursor.MOVE;
            case NONE -> Cursor.DEFAULT;
        }));
        setOnMousePressed(this::press);
        setOnMouseDragged(this::drag);
        describe();
    }

    /** @param shown step on x, peak bytes of the step on y; @param total steps of the whole run */
    public RunOverview show(Points shown, int total, long budget, List<Integer> checkpointSteps) {
        peaks = shown;
        steps = Math.max(1, total);
        budgetBytes = budget;
        checkpoints = List.copyOf(checkpointSteps);
        describe();
        invalidate();
        return this;
    }

    /** The window in steps; NaN hides it. */
    public void setWindow(double first, double last) {
        from = first;
        to = last;
        describe();
        invalidateAbove();
    }

    /** @param listener gets {from, to} in steps while the window is dragged */
    public void onWindow(Consumer<double[]> listener) {
        heard = listener;
    }

    @Override
    protected void draw(Pen pen, double width, double height) {
        double most = 1;
        for (int i = 0; i < peaks.size(); i++) {
            most = Math.max(most, peaks.y(i));
        }
        final boolean near = budgetBytes > 0 && budgetBytes <= most * 2.5;
        axes = new Axes(0, steps, 0, near ? Math.max(most, budgetBytes) : most * 1.3, 48, 4, width - 2, height - 16);
        pen.left("run", Pen.AXIS, "text-faint", 8, (axes.top() + axes.bottom()) / 2);
        final Decimation shape = Decimation.of(peaks, axes);
        for (int i = 0; i < shape.size; i++) {
            pen.fill("line-control", shape.xs[i] - 0.5, shape.ys[i], 1, axes.bottom() - shape.ys[i]);
        }
        pen.fill("budget", axes.left(), near ? axes.py(budgetBytes) : axes.top(), axes.width(), 1.5);
        pen.fill("line-strong", axes.left(), axes.bottom(), axes.width(), 1);
        for (final int step : checkpoints) {
            final double x = axes.px(step);
            pen.fill("text-muted", x, axes.top(), 1, axes.bottom() - axes.top());
            pen.graphics().setFill(pen.role("text-muted"));
            pen.graphics().fillPolygon(new double[] {x, x + 6, x}, new double[] {axes.top(), axes.top() + 3, axes.top() + 6}, 3);
        }
        pen.left("step 0", Pen.AXIS, "text-faint", axes.left(), height - 7);
        pen.right(Units.count(Math.round(steps)), Pen.AXIS, "text-faint", axes.right(), height - 7);
        final int size = peaks.size();
        if (size > 0 && axes.px(peaks.x(size - 1)) < axes.right() - 48) {
            pen.centre(Units.count(Math.round(peaks.x(size - 1))), Pen.AXIS_STRONG, "text", Math.max(axes.left() + 56, axes.px(peaks.x(size - 1))), height - 7);
        }
    }

    @Override
    protected void drawAbove(Pen pen, double width, double height) {
        if (!Double.isNaN(from)) {
            final double left = axes.px(from);
            final double wide = Math.max(4, axes.px(to) - left);
            pen.fill(pen.role("accent").deriveColor(0, 1, 1, 0.15), left, axes.top() - 4, wide, axes.bottom() - axes.top() + 4);
            pen.frame(pen.role("accent"), left, axes.top() - 4, wide, axes.bottom() - axes.top() + 5, 1);
        }
    }

    private Grip gripAt(double x) {
        if (Double.isNaN(from) || x < axes.px(from) - EDGE || x > Math.max(axes.px(to), axes.px(from) + 4) + EDGE) {
            return Grip.NONE;
        }
        return Math.abs(x - axes.px(from)) <= EDGE ? Grip.LEFT : Math.abs(x - axes.px(to)) <= EDGE ? Grip.RIGHT : Grip.MIDDLE;
    }

    private void press(MouseEvent event) {
        grip = gripAt(event.getX());
        if (grip == Grip.NONE && !Double.isNaN(from)) {
            final double span = to - from;
            move(axes.x(event.getX()) - span / 2, span);
            grip = Grip.MIDDLE;
        }
        grabbed = axes.x(event.getX()) - (Double.isNaN(from) ? 0 : from);
    }

    private void drag(MouseEvent event) {
        final double at = Math.max(0, Math.min(steps, axes.x(event.getX())));
        switch (grip) {
            case LEFT -> tell(Math.min(at, to - 1), to);
            case RIGHT -> tell(from, Math.max(at, from + 1));
            case MIDDLE -> move(axes.x(event.getX()) - grabbed, to - from);
            case NONE -> { }
        }
    }

    private void keys(KeyEvent event) {
        if (Double.isNaN(from)) {
            return;
        }
        final double by = event.isShiftDown() ? 10 : 1;
        switch (event.getCode()) {
            case LEFT -> move(from - by, to - from);
            case RIGHT -> move(from + by, to - from);
            case HOME -> move(0, to - from);
            case END -> move(steps, to - from);
            default -> {
                return;
            }
        }
        event.consume();
    }

    private void move(double first, double span) {
        final double start = Math.max(0, Math.min(steps - span, first));
        tell(start, start + span);
    }

    private void tell(double first, double last) {
        setWindow(first, last);
        heard.accept(new double[] {first, last});
    }

    private void describe() {
        setAccessibleText("The whole run. " + Units.count(peaks.size()) + " of " + Units.count(Math.round(steps)) + " steps, " + checkpoints.size() + " checkpoints."
                + (Double.isNaN(from) ? "" : " Window from step " + Math.round(from) + " to " + Math.round(to) + "."));
    }
}
