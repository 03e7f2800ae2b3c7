package headroom.app.component;

import headroom.engine.memory.Category;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javafx.scene.paint.Color;

/** The colours of one theme by role, as its style sheet states them. Drawn parts ask for a role and know no colour. */
public final class Palette {
    private static final Pattern ROLE = Pattern.compile("-([a-z][a-z0-9-]*):\\s*(#[0-9A-Fa-f]{6});");
    private static final Map<String, Palette> READ = new ConcurrentHashMap<>();

    private final Map<String, Color> roles;

    private Palette(Map<String, Color> roles) {
        this.roles = Map.copyOf(roles);
    }

    /** @param theme {@code light} or {@code dark} */
    public static Palette of(String theme) {
        return READ.computeIfAbsent(theme, name -> parse(sheet("theme/" + name + ".css")));
    }

    static Palette parse(String css) {
        final Map<String, Color> roles = new HashMap<>();
        final Matcher matcher = ROLE.matcher(css);
        while (matcher.find()) {
            roles.put(matcher.group(1), Color.web(matcher.group(2)));
        }
        return new Palette(roles);
    }

    /** @throws IllegalArgumentException for a role the theme does not state */
    public Color role(String name) {
        final Color color = roles.get(name);
        if (color == null) {
            throw new IllegalArgumentException("The theme has no colour role -" + name + ".");
        }
        return color;
    }

    public Color memory(Category category) {
        return role("memory-" + category.name().toLowerCase(Locale.ROOT));
    }

    /** What is written on {@link #memory}. */
    public Color onMemory(Category category) {
        return role("on-memory-" + category.name().toLowerCase(Locale.ROOT));
    }

    /** The colour of run number {@code index}, from 0; a fifth run repeats the first and is told apart by its letter. */
    public Color run(int index) {
        return role("run-" + "abcd".charAt(Math.floorMod(index, 4)));
    }

    /** The dash of run number {@code index}; empty is a solid line. */
    public static double[] dash(int index) {
        return switch (Math.floorMod(index, 4)) {
            case 0 -> new double[0];
            case 1 -> new double[] {7, 3};
            case 2 -> new double[] {2, 3};
            default -> new double[] {9, 3, 2, 3};
        };
    }

    /** {@code A}, {@code B} … {@code Z}, {@code AA}. */
    public static String letter(int index) {
        return (index < 26 ? "" : letter(index / 26 - 1)) + (char) ('A' + index % 26);
    }

    /** @param share from 0 (ground) to 1 (most) */
    public Color heat(double share) {
        return role("heat-" + heatStep(share));
    }

    /** What is written on {@link #heat}. */
    public Color onHeat(double share) {
        return role(heatStep(share) <= 3 ? "text" : "bg-surface");
    }

    private static int heatStep(double share) {
        return share <= 0 ? 0 : (int) Math.max(1, Math.min(5, Math.round(share * 5)));
    }

    private static String sheet(String path) {
        try (InputStream in = Palette.class.getResourceAsStream("/headroom/" + path)) {
            if (in == null) {
                throw new IllegalStateException("The style sheet headroom/" + path + " is missing from the class path.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The style sheet " + path + " could not be read.", e);
        }
    }
}
