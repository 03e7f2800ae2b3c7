package headroom.app.view;

import headroom.app.component.CanvasRegion;
import headroom.app.component.Fonts;
import headroom.app.component.Pen;
import headroom.app.component.Units;

/** The axis above a list of memory bars: nought, the budget where it lies on the axis, and the unit the bars share. */
final class BarAxis extends CanvasRegion {
    private long axisBytes = 1;
    private long budgetBytes;
    private final double left;
    private final double right;

    BarAxis(double left, double right) {
        super("bar-axis");
        this.left = left;
        this.right = right;
        setMinHeight(24);
        setPrefHeight(24);
        setMaxHeight(24);
        setMouseTransparent(true);
    }

    void show(long axis, long budget) {
        axisBytes = Math.max(1, axis);
        budgetBytes = budget;
        setAccessibleText("Axis from 0 to " + Units.memory(axis) + ", budget " + Units.memory(budget));
        invalidate();
    }

    @Override
    protected void draw(Pen pen, double width, double height) {
        pen.fill("bg-sunken", 0, 0, width, height);
        pen.fill("line", 0, height - 1, width, 1);
        final double span = width - left - right - 2;
        pen.left("0", Pen.AXIS, "text-faint", left, height / 2);
        final String budget = "budget " + Units.memory(budgetBytes);
        final double half = Fonts.width(budget, Pen.AXIS_STRONG) / 2;
        if (budgetBytes > 0 && budgetBytes <= axisBytes) {
            pen.centre(budget, Pen.AXIS_STRONG, "text", Math.max(left + 16 + half, Math.min(left + span * budgetBytes / axisBytes, width - 60 - half)), height / 2);
        } else if (budgetBytes > 0) {
            pen.right(budget + " →", Pen.AXIS_STRONG, "text", left + span, height / 2);
        }
        if (right > 0) {
            pen.right("peak", Pen.AXIS, "text-faint", width - 16, height / 2);
        }
    }
}
