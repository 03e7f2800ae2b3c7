package headroom.app.component;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.DoubleFunction;
import javafx.scene.input.KeyEvent;
import javafx.scene.paint.Color;
import javafx.scene.text.TextAlignment;

/**
 * Peak memory against quality: letters in marks whose area is time, bars for the spread over seeds, the budget as a line and the best
 * trade-off as a staircase. Arrows go from mark to mark in order of memory.
 */
public final class ParetoChart extends CanvasRegion implements Tabular {
    private List<Mark> marks = List.of();
    private OptionalLong budgetBytes = OptionalLong.empty();
    private boolean lowerIsBetter = true;
    private String quality = "loss";
    private DoubleFunction<String> text = Units::loss;
    private int chosen = -1;
    private Consumer<Mark> heard = mark -> { };
    private Axes axes = new Axes(0, 1, 0, 1, 0, 0, 1, 1);

    public ParetoChart() {
        super("pareto-chart");
        setMinSize(240, 160);
        setPrefSize(540, 300);
        takeKeys(this::keys);
        setOnMouseMoved(event -> choose(near(event.getX(), event.getY())));
        setOnMouseExited(event -> choose(-1));
    }

    /**
     * A run.
     *
     * @param run index for letter and colour
     * @param spread half the spread of the quality over seeds; 0 for a single one
     * @param selected filled and labelled; others are open circles
     */
    public record Mark(int run, String name, long peakBytes, double quality, double spread, double seconds, boolean selected) {}

    /** @param lower true where a lower quality figure is better, as for loss */
    public ParetoChart show(List<Mark> shown, String qualityName, boolean lower, DoubleFunction<String> qualityText) {
        marks = shown.stream().filter(mark -> Double.isFinite(mark.quality())).sorted(Comparator.comparingLong(Mark::peakBytes)).toList();
        quality = qualityName;
        lowerIsBetter = lower;
        text = qualityText;
        chosen = -1;
        describe();
        invalidate();
        return this;
    }

    public ParetoChart setBudget(long bytes) {
        budgetBytes = bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
        invalidate();
        return this;
    }

    /** @param listener gets the mark under mouse or keys, null when it leaves */
    public void onMark(Consumer<Mark> listener) {
        heard = listener;
    }

    /** One row per run. */
    @Override
    public Figures figures() {
        return new Figures("Memory, quality, time", List.of("run", "name", "peak bytes", quality, "spread", "seconds"),
                marks.stream().map(mark -> List.of(Palette.letter(mark.run()), mark.name(), String.valueOf(mark.peakBytes()), String.valueOf(mark.quality()),
                        String.valueOf(mark.spread()), String.valueOf(mark.seconds()))).toList());
    }

    @Override
    protected void draw(Pen pen, double width, double height) {
        final long most = marks.isEmpty() ? Units.GIB : marks.getLast().peakBytes();
        final boolean near = budgetBytes.isPresent() && budgetBytes.getAsLong() <= most * 2.5;
        final double right = Math.max(most, near ? budgetBytes.getAsLong() : 0) * 1.12;
        final double lo = marks.stream().mapToDouble(mark -> mark.quality() - mark.spread()).min().orElse(0);
        final double hi = marks.stream().mapToDouble(mark -> mark.quality() + mark.spread()).max().orElse(1);
        final double pad = hi > lo ? (hi - lo) * 0.15 : Math.max(0.01, Math.abs(hi) * 0.1);
        axes = new Axes(0, right, lo - pad, hi + pad, 56, 16, width - 8, height - 40);
        axes.drawRows(pen, Axes.ticks(axes.y0(), axes.y1(), Math.max(2, (int) (height / 48))), text);
        pen.fill("line-strong", axes.left(), axes.bottom() - 0.5, axes.width(), 1);
        bytesAxis(pen);
        frontier(pen);
        if (budgetBytes.isPresent()) {
            final double x = near ? axes.px(budgetBytes.getAsLong()) : axes.right();
            pen.fill("budget", x - 1, axes.top(), 2, axes.bottom() - axes.top());
            pen.right(near ? "budget" : "budget " + Units.memory(budgetBytes.getAsLong()) + ", beyond this axis", Pen.AXIS_STRONG, "text", x - 6, axes.top() + 4);
        }
        marks.stream().sorted(Comparator.comparing(Mark::selected)).forEach(mark -> draw(pen, mark));
    }

    private void bytesAxis(Pen pen) {
        final ByteAxis unit = ByteAxis.upTo(axes.x1());
        final List<Double> ticks = unit.ticks(axes.x1(), Math.max(2, (int) (axes.width() / 110)));
        final int places = unit.places(ticks);
        ticks.forEach(tick -> pen.centre(unit.number(tick, places), Pen.AXIS, "text-faint", axes.px(tick), axes.bottom() + 12));
        pen.left("peak, " + unit.name() + " · " + (lowerIsBetter ? "lower left is better" : "upper left is better"), Pen.AXIS, "text-faint", axes.left(), axes.bottom() + 28);
        pen.right(quality, Pen.AXIS, "text-faint", axes.right(), axes.bottom() + 28);
    }

    private double radius(Mark mark) {
        final double longest = marks.stream().mapToDouble(Mark::seconds).max().orElse(1);
        return longest > 0 && mark.seconds() > 0 ? Math.max(7, 12 * Math.sqrt(mark.seconds() / longest)) : 8;
    }

    private void frontier(Pen pen) {
        pen.stroke(pen.role("text"), 1.5, 4, 3);
        double best = Double.NaN;
        double x = 0;
        for (final Mark mark : marks) {
            if (Double.isNaN(best) || (lowerIsBetter ? mark.quality() < best : mark.quality() > best)) {
                final double px = axes.px(mark.peakBytes());
                if (!Double.isNaN(best)) {
                    pen.graphics().strokeLine(x, axes.py(best), px, axes.py(best));
                }
                pen.graphics().strokeLine(px, Double.isNaN(best) ? (lowerIsBetter ? axes.top() : axes.bottom()) : axes.py(best), px, axes.py(mark.quality()));
                best = mark.quality();
                x = px;
            }
        }
        if (!Double.isNaN(best)) {
            pen.graphics().strokeLine(x, axes.py(best), axes.right(), axes.py(best));
            final String words = "best trade-off so far";
            if (axes.right() - x > Fonts.width(words, Pen.AXIS) + 20) {
                pen.right(words, Pen.AXIS, "text-muted", axes.right() - 4, axes.py(best) + 12);
            }
        }
    }

    private void draw(Pen pen, Mark mark) {
        final Color color = mark.selected() ? pen.palette().run(mark.run()) : pen.role("text-muted");
        final double x = axes.px(mark.peakBytes());
        final double y = axes.py(mark.quality());
        final double r = radius(mark);
        if (mark.spread() > 0) {
            pen.line(color, 1.5, new double[0], x, axes.py(mark.quality() - mark.spread()), x, axes.py(mark.quality() + mark.spread()));
        }
        pen.graphics().setFill(mark.selected() ? color : pen.role("bg-surface"));
        pen.graphics().fillOval(x - r, y - r, 2 * r, 2 * r);
        pen.stroke(color, 1.25);
        pen.graphics().strokeOval(x - r, y - r, 2 * r, 2 * r);
        pen.text(Palette.letter(mark.run()), Pen.AXIS_STRONG, mark.selected() ? pen.role("bg-surface") : color, x, y, TextAlignment.CENTER);
        if (mark.selected()) {
            final String label = Palette.letter(mark.run()) + " " + Units.clock(mark.seconds());
            final boolean leftSide = x + r + 6 + Fonts.width(label, Pen.AXIS) > axes.right();
            pen.text(label, Pen.AXIS, pen.role("text-muted"), leftSide ? x - r - 6 : x + r + 6, y + 13, leftSide ? TextAlignment.RIGHT : TextAlignment.LEFT);
        }
    }

    @Override
    protected void drawAbove(Pen pen, double width, double height) {
        if (chosen >= 0 && chosen < marks.size()) {
            final Mark mark = marks.get(chosen);
            final double x = axes.px(mark.peakBytes());
            final double y = axes.py(mark.quality());
            final double r = radius(mark) + 3;
            pen.stroke(pen.role("accent"), 2);
            pen.graphics().strokeOval(x - r, y - r, 2 * r, 2 * r);
            final String words = reading(mark);
            final double wide = Fonts.width(words, Pen.AXIS_STRONG) + 12;
            pen.tag(words, pen.role("accent"), Math.max(axes.left(), Math.min(width - wide, x - wide / 2)), Math.max(axes.top() + 10, y - r - 14));
        }
    }

    private String reading(Mark mark) {
        return Palette.letter(mark.run()) + " " + mark.name() + " · " + Units.memory(mark.peakBytes()) + " · " + quality + " " + text.apply(mark.quality())
                + (mark.spread() > 0 ? " ± " + text.apply(mark.spread()) : "") + " · " + Units.clock(mark.seconds());
    }

    private int near(double px, double py) {
        int best = -1;
        double distance = 20;
        for (int i = 0; i < marks.size(); i++) {
            final double d = Math.hypot(px - axes.px(marks.get(i).peakBytes()), py - axes.py(marks.get(i).quality()));
            if (d < distance) {
                distance = d;
                best = i;
            }
        }
        return best;
    }

    private void keys(KeyEvent event) {
        final int last = marks.size() - 1;
        switch (event.getCode()) {
            case LEFT -> choose(Math.max(Math.min(0, last), chosen - 1));
            case RIGHT -> choose(Math.min(last, chosen + 1));
            case HOME -> choose(Math.min(0, last));
            case END -> choose(last);
            default -> {
                return;
            }
        }
        event.consume();
    }

    private void choose(int mark) {
        if (mark != chosen) {
            chosen = mark;
            heard.accept(mark < 0 ? null : marks.get(mark));
            describe();
            invalidateAbove();
        }
    }

    private void describe() {
        setAccessibleText(chosen >= 0 && chosen < marks.size() ? reading(marks.get(chosen))
                : "Peak memory against " + quality + ". " + marks.size() + " runs: " + marks.stream().limit(8).map(this::reading).reduce((a, b) -> a + "; " + b).orElse("none yet") + ".");
    }
}
