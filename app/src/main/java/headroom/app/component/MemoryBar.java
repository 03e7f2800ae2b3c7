package headroom.app.component;

import headroom.engine.memory.Category;
import java.util.OptionalLong;
import javafx.scene.paint.Color;
import javafx.scene.shape.StrokeLineCap;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/**
 * One stack of memory against a budget, from 8 to 48 pixels high. Bars of one list are given one {@link #setAxis axis}; what exceeds it
 * ends in a break mark and keeps its true number, and a budget beyond it stands behind a break mark at the end. From 24 pixels on the segments carry their figures and the error band hangs below.
 */
public final class MemoryBar extends CanvasRegion {
    private static final double TICK = 4;
    private static final double BAND = 14;
    private static final double LABEL_FROM = 44;

    private final double thickness;
    private MemoryStack stack = MemoryStack.EMPTY;
    private OptionalLong budgetBytes = OptionalLong.empty();
    private long bandBytes;
    private long axisBytes;
    private boolean labelled;
    private boolean host;
    private Asked asked;

    /** @param thickness of the bar itself, 8, 12, 24, 40 or 48; the region is a little higher for tick and band */
    public MemoryBar(double thickness) {
        super("memory-bar");
        this.thickness = thickness;
        this.labelled = thickness >= 24;
        setMinHeight(USE_PREF_SIZE);
        setMaxHeight(USE_PREF_SIZE);
        describe();
    }

    /** A booking that was refused, drawn dashed behind what is held. */
    public record Asked(String owner, long bytes) {}

    public MemoryBar show(MemoryStack shown) {
        stack = shown;
        return changed();
    }

    public MemoryBar setBudget(long bytes) {
        budgetBytes = bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
        return changed();
    }

    /** @param bytes half the width of the error band around the total; 0 draws none */
    public MemoryBar setBand(long bytes) {
        bandBytes = bytes;
        return changed();
    }

    /** @param bytes at the right end; 0: the larger of stack and budget decides */
    public MemoryBar setAxis(long bytes) {
        axisBytes = bytes;
        return changed();
    }

    public MemoryBar setLabelled(boolean on) {
        labelled = on;
        return changed();
    }

    /** Draws main memory: the same colours under stripes. */
    public MemoryBar setHost(boolean on) {
        host = on;
        return changed();
    }

    public MemoryBar setAsked(Asked refused) {
        asked = refused;
        return changed();
    }

    /** Bytes at the right end of the bar. */
    public long axis() {
        final long needed = Math.max(stack.totalBytes() + bandBytes + (asked == null ? 0 : asked.bytes()), budgetBytes.orElse(0));
        return axisBytes > 0 ? axisBytes : Math.max(1, Math.round(needed * 1.02));
    }

    private MemoryBar changed() {
        describe();
        requestLayout();
        invalidate();
        return this;
    }

    private void describe() {
        final long total = stack.totalBytes();
        setAccessibleText("Memory " + Units.memory(total)
                + (budgetBytes.isPresent() ? " of " + Units.memory(budgetBytes.getAsLong()) + ", " + Units.headroom(budgetBytes.getAsLong() - total) : "")
                + (total > 0 ? "; " + stack.inWords() : "") + ".");
    }

    @Override
    protected double computePrefHeight(double width) {
        return thickness + 2 * TICK + (bandBytes > 0 && labelled ? BAND - TICK : 0);
    }

    @Override
    protected double computePrefWidth(double height) {
        return 200;
    }

    @Override
    protected void draw(Pen pen, double width, double height) {
        final double perByte = (width - 2) / axis();
        double x = 0;
        if (stack.outsideBytes() > 0) {
            final double w = Math.min(stack.outsideBytes() * perByte, width - x);
            pen.hatch(x, TICK, w, thickness);
            x += w;
        }
        for (final Category category : Category.values()) {
            x = segment(pen, category, x, perByte, width);
        }
        if (asked != null) {
            refused(pen, x, Math.min(asked.bytes() * perByte, width - x));
        }
        final boolean budgetBeyond = budgetBytes.orElse(0) > axis();
        if (stack.totalBytes() > axis() || budgetBeyond) {
            breakMark(pen, width - (budgetBeyond ? 6 : 0));
        }
        if (bandBytes > 0 && labelled) {
            band(pen, stack.totalBytes() * perByte, bandBytes * perByte, width);
        }
        if (budgetBytes.isPresent()) {
            final double at = Math.min(budgetBytes.getAsLong() * perByte, width - 2);
            pen.fill("bg-surface", at - 2, 0, 4, thickness + 2 * TICK);
            pen.fill("budget", at - 1, 0, 2, thickness + 2 * TICK);
        }
    }

    private double segment(Pen pen, Category category, double x, double perByte, double width) {
        final long bytes = stack.bytes().get(category);
        final double exact = bytes * perByte;
        if (exact < 0.4 || x >= width) {
            return x;
        }
        final double w = Math.min(Math.max(exact, 1.5), width - x);
        final double gap = w > 2.5 ? 1 : Math.min(0.5, w / 3);
        if (host) {
            pen.host(category, x, TICK, w - gap, thickness);
        } else {
            pen.fill(pen.palette().memory(category), x, TICK, w - gap, thickness);
        }
        final Font font = thickness >= 40 ? Fonts.of(Fonts.SEMIBOLD, 12) : Pen.AXIS_STRONG;
        final String label = Units.memory(bytes).endsWith("GiB") ? Units.gibNumber(bytes) : Units.memory(bytes);
        if (labelled && !host && w > LABEL_FROM && Fonts.width(label, font) + 12 < w) {
            pen.text(label, font, pen.palette().onMemory(category), x + 6, TICK + thickness / 2, TextAlignment.LEFT);
        }
        return x + w;
    }

    private void refused(Pen pen, double x, double w) {
        pen.fill("bad-bg", x, TICK, w, thickness);
        pen.stroke(pen.role("bad"), 2, 5, 3);
        pen.graphics().strokeRect(pen.snap(x) + 1, TICK + 1, w - 2, thickness - 2);
        final long over = stack.totalBytes() + asked.bytes() - budgetBytes.orElse(Long.MAX_VALUE / 2);
        final String text = over > 0 ? Units.memory(over) + " short" : Units.memory(asked.bytes()) + " asked";
        final double from = Math.max(x + 6, over > 0 ? x + w - over * (w / asked.bytes()) + 8 : 0);
        if (labelled && from + Fonts.width(text, Pen.AXIS_STRONG) < x + w - 4) {
            pen.left(text, Pen.AXIS_STRONG, "bad", from, TICK + thickness / 2);
        }
    }

    private void breakMark(Pen pen, double width) {
        final double x = width - 10;
        final double low = TICK + thickness;
        pen.graphics().setFill(pen.role("bg-surface"));
        pen.graphics().fillPolygon(new double[] {x, x + 4, x + 7, x + 3}, new double[] {low, TICK, TICK, low}, 4);
        pen.line(pen.role("line-strong"), 1, new double[0], x, low, x + 4, TICK);
        pen.line(pen.role("line-strong"), 1, new double[0], x + 3, low, x + 7, TICK);
    }

    private void band(Pen pen, double end, double half, double width) {
        final Color color = pen.role("text-muted");
        final double y = pen.snap(TICK + thickness + 5) + 0.5;
        final double left = Math.max(0, end - half);
        final double right = Math.min(width - 1, end + half);
        pen.stroke(color, 1);
        pen.graphics().setLineCap(StrokeLineCap.BUTT);
        pen.graphics().strokePolyline(new double[] {left, left, right, right}, new double[] {y - 3, y, y, y - 3}, 4);
        pen.text("±" + Units.THIN + (bandBytes >= Units.GIB / 10 ? Units.gibNumber(bandBytes) : Units.memory(bandBytes)), Pen.AXIS, color, left - 4, y + 1,
                TextAlignment.RIGHT);
    }
}
