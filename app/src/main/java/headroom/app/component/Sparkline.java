package headroom.app.component;

/** A curve without axes for list cells and tiles; its numbers stand beside it. */
public final class Sparkline extends CanvasRegion {
    private Points points = Points.of(0, i -> 0, i -> 0);
    private double floor = Double.NaN;

    public Sparkline(double width, double height) {
        super("sparkline");
        setPrefSize(width, height);
        setMinSize(USE_PREF_SIZE, USE_PREF_SIZE);
        setMaxSize(USE_PREF_SIZE, USE_PREF_SIZE);
        setMouseTransparent(true);
    }

    public Sparkline show(Points shown) {
        points = shown;
        setAccessibleText(points.size() == 0 ? "No curve yet." : "From " + Units.loss(points.y(0)) + " to " + Units.loss(points.y(points.size() - 1)) + ".");
        invalidate();
        return this;
    }

    /** A value at the bottom edge, as 0 for loads; without it the lowest point lies there. */
    public Sparkline setFloor(double value) {
        floor = value;
        invalidate();
        return this;
    }

    @Override
    protected void draw(Pen pen, double width, double height) {
        double lo = Double.POSITIVE_INFINITY;
        double hi = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < points.size(); i++) {
            if (Double.isFinite(points.y(i))) {
                lo = Math.min(lo, points.y(i));
                hi = Math.max(hi, points.y(i));
            }
        }
        if (points.size() < 2 || lo > hi) {
            return;
        }
        lo = Double.isNaN(floor) ? lo : Math.min(lo, floor);
        final double flat = hi > lo ? 0 : Math.max(1e-9, Math.abs(hi) * 0.5);
        pen.stroke(pen.role("text"), 1.25);
        Decimation.of(points, new Axes(points.x(0), points.x(points.size() - 1), lo - flat, hi + flat, 1, 2, width - 1, height - 2)).stroke(pen);
    }
}
