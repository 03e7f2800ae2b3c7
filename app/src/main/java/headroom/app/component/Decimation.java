package headroom.app.component;

import java.util.Arrays;

/**
 * A curve thinned to what can be seen: in each column of pixels its first, lowest, highest and last point, in their order. Nothing that
 * sticks out is lost, and the length depends on the width and not on the number of points.
 */
final class Decimation {
    double[] xs = new double[256];
    double[] ys = new double[256];
    int size;

    /** @param points drawn from the last one before the left edge to the first one behind the right edge */
    static Decimation of(Points points, Axes axes) {
        final Decimation out = new Decimation();
        final int first = Math.max(0, points.from(axes.x0()) - 1);
        final int end = Math.min(points.size(), points.from(axes.x1()) + 1);
        int i = first;
        while (i < end) {
            final double border = axes.x(Math.floor(axes.px(points.x(i))) + 1);
            int lowest = i;
            int highest = i;
            int last = i;
            double low = points.y(i);
            double high = low;
            while (last + 1 < end && points.x(last + 1) < border) {
                last++;
                final double y = points.y(last);
                if (y < low || Double.isNaN(low)) {
                    low = y;
                    lowest = last;
                }
                if (y > high || Double.isNaN(high)) {
                    high = y;
                    highest = last;
                }
            }
            final int[] keep = {i, Math.min(lowest, highest), Math.max(lowest, highest), last};
            for (int k = 0; k < keep.length; k++) {
                if (k == 0 || keep[k] != keep[k - 1]) {
                    out.add(axes.px(points.x(keep[k])), axes.py(points.y(keep[k])));
                }
            }
            i = last + 1;
        }
        return out;
    }

    private void add(double x, double y) {
        if (size == xs.length) {
            xs = Arrays.copyOf(xs, size * 2);
            ys = Arrays.copyOf(ys, size * 2);
        }
        xs[size] = x;
        ys[size] = y;
        size++;
    }

    /** Strokes it with what the pen is set to; a gap parts it. */
    void stroke(Pen pen) {
        int from = 0;
        for (int i = 0; i <= size; i++) {
            if (i == size || Double.isNaN(ys[i])) {
                if (i - from > 1) {
                    pen.graphics().strokePolyline(Arrays.copyOfRange(xs, from, i), Arrays.copyOfRange(ys, from, i), i - from);
                }
                from = i + 1;
            }
        }
    }
}
