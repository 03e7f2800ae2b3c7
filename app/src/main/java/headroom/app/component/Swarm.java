package headroom.app.component;

import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;
import javafx.scene.paint.Color;

/** Very many curves on one picture of device pixels: a fiftieth of the cost of stroking each, and no curve is told from another anyway. */
final class Swarm {
    private final int width;
    private final int height;
    private final double scale;
    private final int[] pixels;

    /** @param scale device pixels per logical pixel */
    Swarm(double width, double height, double scale) {
        this.width = (int) Math.ceil(width * scale);
        this.height = (int) Math.ceil(height * scale);
        this.scale = scale;
        pixels = new int[this.width * this.height];
    }

    void add(Decimation shape, Color color) {
        final int argb = 0xFF000000 | (int) Math.round(color.getRed() * 255) << 16 | (int) Math.round(color.getGreen() * 255) << 8 | (int) Math.round(color.getBlue() * 255);
        for (int i = 1; i < shape.size; i++) {
            line(shape.xs[i - 1] * scale, shape.ys[i - 1] * scale, shape.xs[i] * scale, shape.ys[i] * scale, argb);
        }
    }

    private void line(double x0, double y0, double x1, double y1, int argb) {
        if (!Double.isFinite(y0) || !Double.isFinite(y1)) {
            return;
        }
        final int steps = (int) Math.min(4_096, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
        for (int s = 0; s <= steps; s++) {
            final double t = steps == 0 ? 0 : s / (double) steps;
            final int x = (int) (x0 + t * (x1 - x0));
            final int y = (int) (y0 + t * (y1 - y0));
            if (x >= 0 && x < width && y >= 0 && y < height) {
                pixels[y * width + x] = argb;
            }
        }
    }

    void draw(Pen pen) {
        final WritableImage image = new WritableImage(width, height);
        image.getPixelWriter().setPixels(0, 0, width, height, PixelFormat.getIntArgbInstance(), pixels, 0, width);
        pen.graphics().drawImage(image, 0, 0, width / scale, height / scale);
    }
}
