package headroom.app.component;

import headroom.engine.memory.Category;
import headroom.engine.workbench.MemoryInstant;
import java.util.List;
import java.util.OptionalLong;
import javafx.scene.paint.Color;
import javafx.scene.text.TextAlignment;

/**
 * The strokes of one drawing of a {@link MemoryTimeline}. Layers from the ground up: grid, stack, phases, overlays, plan, budget, peak.
 *
 * @param lit the one category in full colour; null for all
 */
record TimelinePicture(Pen pen, Axes axes, Bookings bookings, OptionalLong budgetBytes, Category lit, double dim) {
    /** A budget more than this many times the peak would press the data flat: it is then drawn above a break. */
    private static final double FLAT = 2.5;
    private static final int PHASES_NAMED = 12;

    static Axes axes(double from, double to, long most, OptionalLong budget, double width, double height, boolean phaseRow) {
        final double roof = budget.isPresent() && (most == 0 || budget.getAsLong() <= most * FLAT) ? Math.max(budget.getAsLong(), most) : most;
        return new Axes(from, to, 0, Math.max(1, roof * 1.12), 48, phaseRow ? 24 : 12, width - 2, height - 24);
    }

    private boolean budgetBeyond() {
        return budgetBytes.orElse(0) > axes.y1();
    }

    void rows() {
        final ByteAxis unit = ByteAxis.upTo(axes.y1());
        final List<Double> ticks = unit.ticks(axes.y1(), Math.max(2, (int) ((axes.bottom() - axes.top()) / 32)));
        final int places = unit.places(ticks);
        axes.drawRows(pen, ticks, bytes -> unit.number(bytes, places));
        pen.right(unit.name(), Pen.AXIS, "text-faint", axes.left() - 8, axes.top() - 8);
    }

    void stack() {
        final List<Bookings.Run> runs = bookings.columns(axes);
        if (runs.isEmpty()) {
            return;
        }
        final Category[] categories = Category.values();
        for (int c = categories.length - 1; c >= 0; c--) {
            final Category category = categories[c];
            final Color color = pen.palette().memory(category);
            if (c > 0 && nothing(runs, category)) {
                continue;
            }
            area(runs, run -> bookings.top(category, run.most));
            final boolean faded = lit != null && lit != category;
            if (faded) {
                pen.graphics().setFill(pen.role("bg-surface"));
                pen.graphics().fill();
            }
            pen.graphics().setFill(faded ? color.deriveColor(0, 1, 1, dim) : color);
            pen.graphics().fill();
        }
        outside(runs);
        low(runs);
    }

    /** A category that holds nothing in sight lies wholly under the one below it. */
    private boolean nothing(List<Bookings.Run> runs, Category category) {
        return runs.stream().allMatch(run -> bookings.at(run.most).bytes().get(category) == 0);
    }

    /** What lies outside the ledger is hatched, below everything. */
    private void outside(List<Bookings.Run> runs) {
        final long outside = bookings.top(Category.WEIGHTS, 0) - bookings.at(0).bytes().weights();
        if (outside > 0) {
            final double top = axes.py(outside);
            pen.hatch(runs.getFirst().from, top, runs.getLast().to - runs.getFirst().from, axes.bottom() - top);
        }
    }

    private interface Top {
        long of(Bookings.Run run);
    }

    /** The path of a staircase down to the axis. */
    private void area(List<Bookings.Run> runs, Top top) {
        pen.graphics().beginPath();
        pen.graphics().moveTo(runs.getFirst().from, axes.bottom());
        for (final Bookings.Run run : runs) {
            final double y = axes.py(top.of(run));
            pen.graphics().lineTo(Math.max(run.from, axes.left()), y);
            pen.graphics().lineTo(Math.min(run.to, axes.right()), y);
        }
        pen.graphics().lineTo(Math.min(runs.getLast().to, axes.right()), axes.bottom());
        pen.graphics().closePath();
    }

    /** Where a column holds several instants, a light line says how low it went. */
    private void low(List<Bookings.Run> runs) {
        final Color color = pen.role("bg-surface").deriveColor(0, 1, 1, 0.5);
        for (final Bookings.Run run : runs) {
            final double high = axes.py(bookings.total(run.most));
            final double low = axes.py(bookings.total(run.least));
            if (low - high > 3 && run.to - run.from < 3) {
                pen.fill(color, run.from, low - 0.5, run.to - run.from, 1);
            }
        }
    }

    void phases() {
        final List<Bookings.PhaseStart> starts = bookings.phases(PHASES_NAMED);
        double free = Double.NEGATIVE_INFINITY;
        for (final Bookings.PhaseStart start : starts) {
            final double x = axes.px(bookings.x(start.index()));
            if (x < axes.left() - 1 || x > axes.right()) {
                continue;
            }
            pen.line(pen.role("line-strong"), 1, new double[] {1, 3}, pen.snap(x) + 0.5, axes.top() - 16, pen.snap(x) + 0.5, axes.bottom());
            final double wide = Fonts.width(start.name(), Pen.AXIS);
            if (x + 4 > free && x + wide + 4 < axes.right() + 8) {
                pen.left(start.name(), Pen.AXIS, "text-muted", x + 4, axes.top() - 12);
                free = x + wide + 12;
            }
        }
    }

    /** Another plan's total as a line with a surface-coloured rim, so that it is seen on every category. */
    void overlay(MemoryTimeline.Overlay overlay) {
        final Bookings other = new Bookings(overlay.instants(), overlay.outsideBytes(), false);
        if (other.size() == 0) {
            return;
        }
        final double stretch = bookings.size() == 0 ? 1 : bookings.end() / other.end();
        final double[] xs = new double[other.size() * 2];
        final double[] ys = new double[other.size() * 2];
        for (int i = 0; i < other.size(); i++) {
            xs[2 * i] = axes.px(i * stretch);
            xs[2 * i + 1] = axes.px((i + 1) * stretch);
            ys[2 * i] = axes.py(other.total(i));
            ys[2 * i + 1] = ys[2 * i];
        }
        final Color color = pen.palette().run(overlay.run());
        pen.stroke(pen.role("bg-surface"), 4);
        pen.graphics().strokePolyline(xs, ys, xs.length);
        pen.stroke(color, 1.75, Palette.dash(overlay.run()));
        pen.graphics().strokePolyline(xs, ys, xs.length);
        final int at = (int) (other.size() * (0.86 - 0.06 * overlay.run()));
        pen.tag(overlay.label(), color, Math.min(axes.px(at * stretch), axes.right() - Fonts.width(overlay.label(), Pen.AXIS_STRONG) - 14),
                axes.py(other.total(Math.min(at, other.size() - 1))));
    }

    void plan(long bytes) {
        final double y = pen.snap(axes.py(bytes));
        pen.line(pen.role("text"), 1.5, new double[] {5, 4}, axes.left(), y, axes.right(), y);
        final String text = "plan " + Units.memory(bytes);
        // where the budget's own name hangs close above, the plan's stands beside it
        final double x = axes.left() + 8 + (budgetBytes.isPresent() && y - budgetLine() < 36 ? budgetNameStart() + Fonts.width(budgetName(), Pen.AXIS_STRONG) + 16 : 0);
        pen.fill(pen.role("bg-surface").deriveColor(0, 1, 1, 0.86), x - 4, y - 18, Fonts.width(text, Pen.AXIS_STRONG) + 8, 16);
        pen.left(text, Pen.AXIS_STRONG, "text", x, y - 10);
    }

    private double budgetLine() {
        return budgetBeyond() ? axes.top() + 2 : axes.py(budgetBytes.getAsLong());
    }

    private String budgetName() {
        return "budget " + Units.memory(budgetBytes.getAsLong()) + (budgetBeyond() ? ", above this axis" : "");
    }

    private double budgetNameStart() {
        return budgetBeyond() ? 24 : 0;
    }

    /** @param under measures the gap from these bytes up to the line */
    void budget(OptionalLong under) {
        if (budgetBytes.isEmpty()) {
            return;
        }
        final long bytes = budgetBytes.getAsLong();
        final double y = budgetLine();
        pen.across(pen.role("budget"), axes.left(), axes.right(), y, 2);
        if (budgetBeyond()) {
            final double x = axes.left() + 18;
            pen.fill("bg-surface", x - 5, y - 4, 12, 8);
            pen.line(pen.role("line-control"), 1, new double[0], x - 5, y + 4, x - 1, y - 4);
            pen.line(pen.role("line-control"), 1, new double[0], x + 3, y + 4, x + 7, y - 4);
        }
        pen.left(budgetName(), Pen.AXIS_STRONG, "text", axes.left() + 8 + budgetNameStart(), y + 11);
        if (under.isPresent() && bytes > under.getAsLong() && bookings.size() > 0) {
            gap(y, axes.py(under.getAsLong()), bytes - under.getAsLong());
        }
    }

    private void gap(double top, double bottom, long bytes) {
        final double x = pen.snap(axes.right() - 12) + 0.5;
        if (bottom - top < 24) {
            return;
        }
        pen.stroke(pen.role("line-control"), 1);
        pen.graphics().strokeLine(x, top + 3, x, bottom - 3);
        pen.graphics().strokePolyline(new double[] {x - 3, x, x + 3}, new double[] {top + 8, top + 3, top + 8}, 3);
        pen.graphics().strokePolyline(new double[] {x - 3, x, x + 3}, new double[] {bottom - 8, bottom - 3, bottom - 8}, 3);
        final String text = "headroom " + Units.memory(bytes);
        final double wide = Fonts.width(text, Pen.AXIS_STRONG);
        final double y = Math.max(top + 22, (top + bottom) / 2);
        pen.fill("bg-surface", x - wide - 12, y - 8, wide + 6, 16);
        pen.text(text, Pen.AXIS_STRONG, pen.role("text"), x - 9, y, TextAlignment.RIGHT);
    }

    void peak(int index) {
        final double x = axes.px(bookings.x(index) + 0.5);
        final double y = axes.py(bookings.total(index));
        if (x < axes.left() || x > axes.right()) {
            return;
        }
        final MemoryInstant instant = bookings.at(index);
        final String first = "peak " + Units.memory(bookings.total(index));
        final String second = instant.op() + (instant.owner().isEmpty() ? "" : " · " + instant.owner());
        final double wide = Math.max(Fonts.width(first, Pen.AXIS_STRONG), Fonts.width(second, Pen.CODE));
        final boolean leftSide = x + 60 + wide > axes.right();
        final double textX = leftSide ? Math.max(axes.left() + 4, x - 60 - wide) : x + 60;
        final double textY = Math.min(axes.bottom() - 24, Math.max(y, axes.top()) + 16);
        final double near = leftSide ? textX + wide + 4 : textX - 4;
        pen.fill(pen.role("bg-surface").deriveColor(0, 1, 1, 0.86), textX - 4, textY - 9, wide + 8, 34);
        pen.line(pen.role("text"), 1, new double[0], x, y, near, textY);
        pen.graphics().setFill(pen.role("bg-surface"));
        pen.graphics().fillOval(x - 4, y - 4, 8, 8);
        pen.stroke(pen.role("text"), 2);
        pen.graphics().strokeOval(x - 4, y - 4, 8, 8);
        pen.left(first, Pen.AXIS_STRONG, "text", textX, textY);
        pen.left(second, Pen.CODE, "text-muted", textX, textY + 15);
    }

    void columns(boolean inTime) {
        final double y = axes.bottom() + 13;
        pen.fill("line-strong", axes.left(), axes.bottom() - 0.5, axes.width(), 1);
        if (bookings.size() == 0) {
            return;
        }
        final double span = axes.x1() - axes.x0();
        pen.left(inTime ? Units.MINUS + Units.duration(span) : "op " + Units.count(Math.round(axes.x0())), Pen.AXIS, "text-faint", axes.left(), y);
        pen.right(inTime ? "now" : Units.count(Math.round(axes.x1())) + " ops", Pen.AXIS, "text-faint", axes.right(), y);
        for (int quarter = 1; quarter < 4; quarter++) {
            final double at = axes.x0() + span * quarter / 4;
            pen.centre(inTime ? Units.MINUS + Units.duration(span * (4 - quarter) / 4) : Units.count(Math.round(at)), Pen.AXIS, "text-faint", axes.px(at), y);
        }
    }

    void cross(Pen above, double place, String text, double width) {
        final double x = axes.px(place);
        above.down(above.role("accent"), x, axes.top(), axes.bottom(), 2);
        final double wide = Fonts.width(text, Pen.AXIS_STRONG) + 12;
        above.tag(text, above.role("accent"), Math.max(axes.left(), Math.min(width - wide, x)), axes.bottom() - 12);
    }
}
