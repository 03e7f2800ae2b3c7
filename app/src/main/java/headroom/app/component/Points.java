package headroom.app.component;

import headroom.engine.workbench.StepHistory;
import java.util.function.IntToDoubleFunction;

/** A curve as a chart reads it: {@code x} never falls; a NaN in {@code y} is a gap. */
public interface Points {
    int size();

    double x(int i);

    double y(int i);

    static Points of(double[] xs, double[] ys) {
        return of(Math.min(xs.length, ys.length), i -> xs[i], i -> ys[i]);
    }

    static Points of(int size, IntToDoubleFunction x, IntToDoubleFunction y) {
        return new Points() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public double x(int i) {
                return x.applyAsDouble(i);
            }

            @Override
            public double y(int i) {
                return y.applyAsDouble(i);
            }
        };
    }

    /** A curve of a run; copies nothing, because a history never changes. */
    static Points of(StepHistory history, IntToDoubleFunction x, IntToDoubleFunction y) {
        return of(history.size(), x, y);
    }

    /** The exponential mean, corrected for its start: the raw curve belongs beneath it. @param keep from 0 (raw) to below 1 */
    default Points smooth(double keep) {
        final double[] ys = new double[size()];
        double mean = 0;
        double weight = 0;
        for (int i = 0; i < ys.length; i++) {
            if (Double.isFinite(y(i))) {
                mean = keep * mean + (1 - keep) * y(i);
                weight = keep * weight + (1 - keep);
            }
            ys[i] = weight > 0 ? mean / weight : Double.NaN;
        }
        return of(ys.length, this::x, i -> ys[i]);
    }

    /** The first point at or after {@code x}; {@link #size()} where there is none. */
    default int from(double x) {
        int low = 0;
        int high = size();
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (x(middle) < x) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
