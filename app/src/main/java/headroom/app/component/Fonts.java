package headroom.app.component;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javafx.scene.text.Font;
import javafx.scene.text.Text;

/**
 * The four bundled fonts. Each weight is a family of its own because JavaFX's matching only tells regular from bold; the figures of
 * Headroom Sans all have one width, so that a changing number does not move.
 */
public final class Fonts {
    public static final String SANS = "Headroom Sans";
    public static final String MEDIUM = "Headroom Sans Medium";
    public static final String SEMIBOLD = "Headroom Sans SemiBold";
    public static final String MONO = "JetBrains Mono";

    private static final Map<String, String> FILES = Map.of(SANS, "HeadroomSans-Regular.ttf", MEDIUM, "HeadroomSans-Medium.ttf",
            SEMIBOLD, "HeadroomSans-SemiBold.ttf", MONO, "JetBrainsMono-Regular.ttf");
    private static final Map<String, Font> SIZED = new ConcurrentHashMap<>();
    private static final int WIDTHS_KEPT = 1_024;
    private static final Text MEASURE = new Text();
    /** Charts measure the same few labels every frame. */
    private static final Map<String, Double> WIDTHS = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Double> eldest) {
            return size() > WIDTHS_KEPT;
        }
    };
    private static boolean loaded;

    private Fonts() {}

    /** Makes the families known to style sheets; costs nothing the second time. */
    public static synchronized void load() {
        if (!loaded) {
            FILES.values().forEach(Fonts::read);
            loaded = true;
        }
    }

    /** A bundled family at a size in pixels. */
    public static Font of(String family, double size) {
        load();
        return SIZED.computeIfAbsent(family + '/' + size, key -> Font.font(family, size));
    }

    /** How wide a text is, for labels that must not collide. Only on the window's thread. */
    public static double width(String text, Font font) {
        return WIDTHS.computeIfAbsent(font.getFamily() + font.getSize() + '/' + text, key -> {
            MEASURE.setFont(font);
            MEASURE.setText(text);
            return MEASURE.getLayoutBounds().getWidth();
        });
    }

    private static void read(String file) {
        try (InputStream in = Fonts.class.getResourceAsStream("/headroom/fonts/" + file)) {
            if (in == null || Font.loadFont(in, 13) == null) {
                throw new IllegalStateException("The font headroom/fonts/" + file + " is missing from the class path or unreadable.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The font " + file + " could not be read.", e);
        }
    }
}
