package headroom.app.component;

import headroom.engine.memory.Category;
import headroom.engine.workbench.MemoryInstant;
import java.util.ArrayList;
import java.util.List;

/**
 * What the ledger held, booking after booking, as a staircase: a value holds from its instant to the next. Places on x are operation
 * numbers for a plan and seconds for a live run.
 */
final class Bookings {
    static final Bookings NONE = new Bookings(List.of(), 0, false);
    private static final int CATEGORIES = Category.values().length;

    private final List<MemoryInstant> instants;
    private final boolean inTime;
    private final long[] totals;
    /** {@code tops[c][i]}: bytes outside plus all categories up to and including c. */
    private final long[][] tops;

    Bookings(List<MemoryInstant> instants, long outsideBytes, boolean inTime) {
        this.instants = List.copyOf(instants);
        this.inTime = inTime;
        final int size = this.instants.size();
        totals = new long[size];
        tops = new long[CATEGORIES][size];
        for (int i = 0; i < size; i++) {
            long sum = outsideBytes;
            for (final Category category : Category.values()) {
                sum += this.instants.get(i).bytes().get(category);
                tops[category.ordinal()][i] = sum;
            }
            totals[i] = sum;
        }
    }

    int size() {
        return totals.length;
    }

    MemoryInstant at(int i) {
        return instants.get(i);
    }

    double x(int i) {
        return inTime ? instants.get(i).seconds() : i;
    }

    /** Where the last value ends. */
    double end() {
        return size() == 0 ? 1 : inTime ? x(size() - 1) : size();
    }

    long total(int i) {
        return totals[i];
    }

    long top(Category category, int i) {
        return tops[category.ordinal()][i];
    }

    /** The instant that holds at {@code x}; −1 before the first. */
    int holding(double x) {
        int low = 0;
        int high = size();
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (x(middle) <= x) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** The instant of the largest total; −1 where there is none. */
    int peak() {
        int best = -1;
        for (int i = 0; i < size(); i++) {
            best = best < 0 || totals[i] > totals[best] ? i : best;
        }
        return best;
    }

    /** Runs of pixel columns that show the same instant, each with the lowest total within it. */
    List<Run> columns(Axes axes) {
        final List<Run> runs = new ArrayList<>();
        final int left = (int) Math.floor(axes.left());
        final int right = (int) Math.ceil(axes.right());
        int i = Math.max(0, holding(axes.x(left)));
        for (int column = left; column < right && size() > 0; column++) {
            final double from = axes.x(column);
            final double to = axes.x(column + 1);
            if (to <= x(0) || from >= end()) {
                continue;
            }
            while (i + 1 < size() && x(i + 1) <= from) {
                i++;
            }
            int most = i;
            int least = i;
            for (int k = i + 1; k < size() && x(k) < to; k++) {
                most = totals[k] > totals[most] ? k : most;
                least = totals[k] < totals[least] ? k : least;
            }
            final Run last = runs.isEmpty() ? null : runs.getLast();
            if (last != null && last.most == most && last.least == least && last.to == column) {
                last.to = column + 1;
            } else {
                runs.add(new Run(column, column + 1, most, least));
            }
        }
        return runs;
    }

    /** Columns from {@code from} (inclusive) to {@code to} (exclusive). */
    static final class Run {
        final int from;
        final int most;
        final int least;
        int to;

        Run(int from, int to, int most, int least) {
            this.from = from;
            this.to = to;
            this.most = most;
            this.least = least;
        }
    }

    /** Stretches of one phase, as (first instant, name); empty where they would be too many to name. */
    List<PhaseStart> phases(int most) {
        final List<PhaseStart> starts = new ArrayList<>();
        for (int i = 0; i < size(); i++) {
            if (i == 0 || !instants.get(i).phase().equals(instants.get(i - 1).phase())) {
                starts.add(new PhaseStart(i, instants.get(i).phase()));
            }
        }
        return starts.size() > most ? List.of() : starts;
    }

    record PhaseStart(int index, String name) {}
}
