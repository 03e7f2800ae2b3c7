package headroom.app.component;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.IntConsumer;
import javafx.scene.input.KeyEvent;

/**
 * Figures per layer as cells of one grey-blue ramp, each row on its own scale. The numbers stay readable in the cells while they fit;
 * arrows move from cell to cell.
 */
public final class HeatStrip extends CanvasRegion implements Tabular {
    private static final double NAME = 100;
    private static final double HEAD = 20;
    private static final double ROW = 24;

    private List<String> layers = List.of();
    private List<Row> rows = List.of();
    private int column = -1;
    private int row;
    private IntConsumer heard = layer -> { };

    public HeatStrip() {
        super("heat-strip");
        setMinWidth(240);
        takeKeys(this::keys);
        setOnMouseMoved(event -> moveTo(columnAt(event.getX()), (int) Math.max(0, Math.min(rows.size() - 1, (event.getY() - HEAD) / ROW))));
        setOnMouseExited(event -> moveTo(-1, row));
        describe();
    }

    /** @param name with its unit ({@code Kept, MiB}); @param values one per layer, NaN where there is none */
    public record Row(String name, double[] values, DoubleFunction<String> text) {}

    /** @param names of the layers, short ({@code emb}, {@code 0} … {@code head}) */
    public HeatStrip show(List<String> names, List<Row> shown) {
        final boolean other = shown.size() != rows.size();
        layers = List.copyOf(names);
        rows = List.copyOf(shown);
        describe();
        if (other) {
            requestLayout();
        }
        invalidate();
        return this;
    }

    /** @param listener gets the layer under the crosshair, −1 when it leaves */
    public void onLayer(IntConsumer listener) {
        heard = listener;
    }

    /** One row per layer. */
    @Override
    public Figures figures() {
        final List<String> columns = new ArrayList<>(List.of("layer"));
        rows.forEach(line -> columns.add(line.name()));
        final List<List<String>> cells = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            final List<String> cell = new ArrayList<>(List.of(layers.get(i)));
            for (final Row line : rows) {
                cell.add(i < line.values().length && Double.isFinite(line.values()[i]) ? String.valueOf(line.values()[i]) : "");
            }
            cells.add(cell);
        }
        return new Figures("Per layer", columns, cells);
    }

    @Override
    protected double computePrefHeight(double width) {
        return HEAD + ROW * Math.max(1, rows.size());
    }

    @Override
    protected double computePrefWidth(double height) {
        return 720;
    }

    private double cell(double width) {
        return layers.isEmpty() ? 1 : (width - NAME) / layers.size();
    }

    @Override
    protected void draw(Pen pen, double width, double height) {
        final double cell = cell(width);
        double free = 0;
        for (int i = 0; i < layers.size(); i++) {
            final double wide = Fonts.width(layers.get(i), Pen.AXIS);
            final double x = NAME + cell * (i + 0.5);
            if (x - wide / 2 > free) {
                pen.centre(layers.get(i), Pen.AXIS, "text-faint", x, HEAD / 2);
                free = x + wide / 2 + 4;
            }
        }
        for (int r = 0; r < rows.size(); r++) {
            row(pen, rows.get(r), HEAD + r * ROW, cell);
        }
    }

    private void row(Pen pen, Row shown, double y, double cell) {
        pen.left(shown.name(), Fonts.of(Fonts.SANS, 12), "text", 0, y + ROW / 2);
        double most = 0;
        for (final double value : shown.values()) {
            most = Double.isFinite(value) ? Math.max(most, value) : most;
        }
        for (int i = 0; i < layers.size(); i++) {
            final double value = i < shown.values().length ? shown.values()[i] : Double.NaN;
            final double share = Double.isFinite(value) && most > 0 ? value / most : 0;
            final double x = NAME + i * cell;
            pen.fill(pen.palette().heat(share), x, y, cell - (cell > 4 ? 1 : 0), ROW - 1);
            final String text = Double.isFinite(value) ? shown.text().apply(value) : "·";
            if (Fonts.width(text, Pen.AXIS) + 4 < cell) {
                pen.text(text, Pen.AXIS, pen.palette().onHeat(share), x + cell / 2, y + ROW / 2 - 0.5, javafx.scene.text.TextAlignment.CENTER);
            }
        }
    }

    @Override
    protected void drawAbove(Pen pen, double width, double height) {
        if (column >= 0 && column < layers.size() && !rows.isEmpty()) {
            final double cell = cell(width);
            pen.frame(pen.role("accent"), NAME + column * cell - 1, HEAD + row * ROW - 1, cell + 1, ROW + 1, 2);
            if (cell < 40) {
                final String text = reading();
                pen.tag(text, pen.role("accent"), Math.max(0, Math.min(width - Fonts.width(text, Pen.AXIS_STRONG) - 12, NAME + column * cell)), HEAD / 2 - 1);
            }
        }
    }

    private int columnAt(double x) {
        final int at = (int) Math.floor((x - NAME) / cell(getWidth()));
        return at < 0 || at >= layers.size() ? -1 : at;
    }

    private void keys(KeyEvent event) {
        final int by = event.isShiftDown() ? 10 : 1;
        final int last = layers.size() - 1;
        switch (event.getCode()) {
            case LEFT -> moveTo(Math.max(0, column - by), row);
            case RIGHT -> moveTo(Math.min(last, column + by), row);
            case HOME -> moveTo(Math.min(0, last), row);
            case END -> moveTo(last, row);
            case UP -> moveTo(Math.max(0, column), Math.max(0, row - 1));
            case DOWN -> moveTo(Math.max(0, column), Math.min(Math.max(0, rows.size() - 1), row + 1));
            default -> {
                return;
            }
        }
        event.consume();
    }

    private void moveTo(int layer, int line) {
        column = layer;
        row = line;
        heard.accept(layer);
        describe();
        invalidateAbove();
    }

    private String reading() {
        final Row shown = rows.get(Math.min(row, rows.size() - 1));
        final double value = column < shown.values().length ? shown.values()[column] : Double.NaN;
        return layers.get(column) + ": " + shown.name() + " " + (Double.isFinite(value) ? shown.text().apply(value) : Units.NONE);
    }

    private void describe() {
        setAccessibleText(column >= 0 && column < layers.size() && !rows.isEmpty() ? reading()
                : "Per layer: " + rows.stream().map(Row::name).reduce((a, b) -> a + ", " + b).orElse("no data yet") + ".");
    }
}
