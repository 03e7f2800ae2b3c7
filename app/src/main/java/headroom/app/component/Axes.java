package headroom.app.component;

import java.util.ArrayList;
import java.util.List;

/**
 * Where data lie on a chart: values from {@code x0} to {@code x1} and {@code y0} to {@code y1} on the pixels of a rectangle, y upwards.
 */
record Axes(double x0, double x1, double y0, double y1, double left, double top, double right, double bottom) {

    Axes {
        x1 = x1 > x0 ? x1 : x0 + 1;
        y1 = y1 > y0 ? y1 : y0 + 1;
    }

    double px(double x) {
        return left + (x - x0) / (x1 - x0) * (right - left);
    }

    double py(double y) {
        return bottom - (y - y0) / (y1 - y0) * (bottom - top);
    }

    double x(double px) {
        return x0 + (px - left) / (right - left) * (x1 - x0);
    }

    double width() {
        return right - left;
    }

    /** Round values from {@code lo} to {@code hi}, steps of 1, 2 or 5 times a power of ten, at most {@code most} of them. */
    static List<Double> ticks(double lo, double hi, int most) {
        final double rough = (hi - lo) / Math.max(1, most);
        if (!(rough > 0) || Double.isInfinite(rough)) {
            return List.of(lo);
        }
        final double power = Math.pow(10, Math.floor(Math.log10(rough)));
        final double step = power * (rough / power <= 1 ? 1 : rough / power <= 2 ? 2 : rough / power <= 5 ? 5 : 10);
        final List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(lo / step - 1e-9); i * step <= hi + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** Decimals needed to tell neighbouring ticks apart. */
    static int places(List<Double> ticks) {
        if (ticks.size() < 2) {
            return 0;
        }
        return (int) Math.max(0, Math.min(6, -Math.floor(Math.log10(ticks.get(1) - ticks.get(0)) + 1e-9)));
    }

    /** Horizontal grid with numbers at the left; the lowest line is the axis. */
    void drawRows(Pen pen, List<Double> ticks, java.util.function.DoubleFunction<String> text) {
        for (final double tick : ticks) {
            final double y = py(tick);
            pen.fill(tick == y0 ? "line-strong" : "grid", left, y - 0.5, right - left, 1);
            pen.right(text.apply(tick), Pen.AXIS, "text-faint", left - 8, y);
        }
    }
}
