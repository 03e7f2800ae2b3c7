package headroom.app.window;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import headroom.app.component.Fonts;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javafx.application.Application;
import javafx.scene.Parent;
import javafx.scene.Scene;

/** The two looks: AtlantaFX Primer underneath, our roles and components above it. */
public enum Theme {
    LIGHT, DARK;

    /** Loads the fonts and sets the base for every window; scenes are dressed with {@link #dress}. */
    public void install() {
        Fonts.load();
        Application.setUserAgentStylesheet(this == DARK ? new PrimerDark().getUserAgentStylesheet() : new PrimerLight().getUserAgentStylesheet());
    }

    public void dress(Scene scene) {
        scene.getStylesheets().setAll(sheets());
    }

    /** Dresses a popup's content, which lives in a scene of its own. */
    public void dress(Parent content) {
        content.getStylesheets().setAll(sheets());
    }

    private List<String> sheets() {
        return List.of(url(name().toLowerCase(Locale.ROOT)), url("headroom"));
    }

    private static String url(String sheet) {
        return Objects.requireNonNull(Theme.class.getResource("/headroom/theme/" + sheet + ".css"), sheet).toExternalForm();
    }
}
