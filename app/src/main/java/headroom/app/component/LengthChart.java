package headroom.app.component;

import headroom.engine.workbench.LengthHistogram;
import java.util.List;
import java.util.stream.IntStream;

/** How long the rows of a dataset are; the bin of the longest row is marked because it sets the worst batch. */
public final class LengthChart extends CanvasRegion implements Tabular {
    private final boolean labelled;
    private LengthHistogram histogram = LengthHistogram.EMPTY;

    /** A small one for list cells. */
    public LengthChart(double width, double height) {
        this(width, height, false);
    }

    /** @param labelled writes the median and the longest under the bars */
    public LengthChart(double width, double height, boolean labelled) {
        super("length-chart");
        this.labelled = labelled;
        setPrefSize(width, height);
        setMinSize(USE_PREF_SIZE, USE_PREF_SIZE);
        setMaxHeight(USE_PREF_SIZE);
        setMouseTransparent(true);
    }

    public LengthChart show(LengthHistogram shown) {
        histogram = shown;
        setAccessibleText(shown.counts().isEmpty() ? "No rows." : "Lengths in " + shown.unit() + ": median " + Units.count(shown.median()) + ", longest "
                + Units.count(shown.longest()) + ".");
        invalidate();
        return this;
    }

    /** One row per bin. */
    @Override
    public Figures figures() {
        return new Figures("Lengths in " + histogram.unit(), List.of("from", "rows"), IntStream.range(0, histogram.counts().size())
                .mapToObj(i -> List.of(String.valueOf(i * histogram.binWidth()), String.valueOf(histogram.counts().get(i)))).toList());
    }

    @Override
    protected void draw(Pen pen, double width, double height) {
        final int bins = histogram.counts().size();
        final long most = histogram.counts().stream().mapToLong(Long::longValue).max().orElse(0);
        if (bins == 0 || most == 0) {
            return;
        }
        final double bottom = labelled ? height - 18 : height - 1;
        final int columns = Math.min(bins, (int) (width / 3));
        final double step = width / columns;
        final long[] counts = new long[columns];
        for (int i = 0; i < bins; i++) {
            counts[(int) ((long) i * columns / bins)] += histogram.counts().get(i);
        }
        long top = 1;
        for (final long count : counts) {
            top = Math.max(top, count);
        }
        final int longest = histogram.binWidth() <= 0 ? columns - 1
                : Math.min(columns - 1, (int) ((long) Math.min(bins - 1, histogram.longest() / histogram.binWidth()) * columns / bins));
        for (int i = 0; i < columns; i++) {
            final double tall = counts[i] == 0 ? 0 : Math.max(1, counts[i] * (bottom - 2) / top);
            pen.fill(i == longest && labelled ? "bad" : "text-muted", i * step, bottom - tall, Math.max(1, step - 1), tall);
        }
        pen.fill("line-strong", 0, bottom, width, 1);
        if (labelled) {
            pen.left("0", Pen.AXIS, "text-faint", 0, height - 7);
            pen.centre("median " + Units.count(histogram.median()), Pen.AXIS, "text-faint", width / 2, height - 7);
            pen.right("longest " + Units.count(histogram.longest()), Pen.AXIS_STRONG, "text", width, height - 7);
        }
    }
}
