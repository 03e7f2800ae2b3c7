package headroom.app.component;

import eu.hansolo.tilesfx.Tile;
import eu.hansolo.tilesfx.TileBuilder;
import java.util.Arrays;
import javafx.geometry.Insets;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.scene.paint.Color;

/**
 * A live figure: name, value with unit, the last two minutes as a sparkline, and a flat bar with the budget as a tick. A TilesFX tile whose
 * graphic is ours, because everything here is flat and asks for roles.
 */
public final class Gauge extends StackPane {
    private static final int KEPT = 60;
    private static final double HEIGHT = 72;
    /** A tile keeps a twentieth of its height free all around: so much is laid outside, so that figures align with the pane. */
    private static final double MARGIN = 4;

    private final String name;
    private final Label value = new Label(Units.NONE);
    private final Label unit = new Label();
    private final Tile tile;
    private final Sparkline curve = new Sparkline(72, 20);
    private final Bullet bullet = new Bullet();
    private final double[] seen = new double[KEPT];
    private int count;

    public Gauge(String name) {
        this.name = name;
        getStyleClass().add("gauge");
        final Label title = new Label(name);
        title.getStyleClass().addAll("type-table", "muted");
        value.getStyleClass().add("type-section");
        unit.getStyleClass().addAll("type-table", "muted");
        curve.setFloor(0);
        final Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        final HBox head = new HBox(4, title, gap, curve);
        head.setAlignment(Pos.CENTER_LEFT);
        final HBox figures = new HBox(4, value, unit);
        figures.setAlignment(Pos.BASELINE_LEFT);
        final VBox graphic = new VBox(4, head, figures, bullet);
        tile = TileBuilder.create().skinType(Tile.SkinType.CUSTOM).graphic(graphic).backgroundColor(Color.TRANSPARENT).borderWidth(0).roundedCorners(false)
                .padding(Insets.EMPTY).build();
        tile.setMinSize(0, 0);
        getChildren().add(tile);
        tile.setManaged(false);
        setMinSize(120, HEIGHT);
        setPrefHeight(HEIGHT);
        setMaxHeight(HEIGHT);
        setAccessibleText(name);
    }

    @Override
    protected void layoutChildren() {
        tile.resizeRelocate(-MARGIN, -MARGIN, getWidth() + 2 * MARGIN, HEIGHT + 2 * MARGIN);
    }

    /**
     * A new reading.
     *
     * @param figure as text ({@code 4.30}); @param of unit and whole ({@code of 11.99 GiB})
     * @param share of the whole, from 0 to 1; NaN where it cannot be read
     * @param other share of others, drawn lighter behind it; 0 for none
     * @param tick share of the whole where the budget lies; NaN for none
     */
    public void show(String figure, String of, double share, double other, double tick) {
        value.setText(figure);
        unit.setText(of);
        bullet.show(share, other, tick);
        if (Double.isFinite(share)) {
            if (count == KEPT) {
                System.arraycopy(seen, 1, seen, 0, KEPT - 1);
                count--;
            }
            seen[count++] = share;
            final double[] copy = Arrays.copyOf(seen, count);
            curve.show(Points.of(copy.length, i -> i, i -> copy[i]));
        }
        setAccessibleText(name + " " + figure + " " + of);
    }

    /** The flat bar. */
    private static final class Bullet extends CanvasRegion {
        private double share = Double.NaN;
        private double other;
        private double tick = Double.NaN;

        Bullet() {
            super("bullet");
            setMinHeight(14);
            setPrefHeight(14);
            setMaxHeight(14);
            setMouseTransparent(true);
        }

        void show(double part, double others, double mark) {
            if (part != share || others != other || mark != tick) {
                share = part;
                other = others;
                tick = mark;
                invalidate();
            }
        }

        @Override
        protected void draw(Pen pen, double width, double height) {
            pen.fill("heat-1", 0, 3, width, 8);
            if (Double.isFinite(share)) {
                pen.fill("heat-2", 0, 3, width * Math.min(1, share + other), 8);
                pen.fill("heat-4", 0, 3, width * Math.min(1, share), 8);
            }
            if (Double.isFinite(tick) && tick <= 1) {
                pen.fill("bg-surface", width * tick - 2, 0, 4, height);
                pen.fill("budget", width * tick - 1, 0, 2, height);
            }
        }
    }
}
