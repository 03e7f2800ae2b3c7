package headroom.app.component;

import javafx.application.Platform;
import javafx.scene.Node;
import javafx.util.Duration;
import org.controlsfx.control.PopOver;

/** Details beside what they explain: a ControlsFX pop-over in our look, never detached. */
public final class Pop {
    private static final Duration QUICK = Duration.millis(120);

    private Pop() {}

    /** Shows {@code content} at {@code owner}, closing by itself when the mouse is pressed elsewhere. */
    public static PopOver show(Node owner, Node content, PopOver.ArrowLocation arrow) {
        final PopOver pop = new PopOver(content);
        pop.setDetachable(false);
        pop.setArrowLocation(arrow);
        pop.setCornerRadius(4);
        pop.setArrowSize(8);
        final Duration fade = Platform.getPreferences().isReducedMotion() ? Duration.ZERO : QUICK;
        pop.setFadeInDuration(fade);
        pop.setFadeOutDuration(fade);
        // its own sheet stands on the root and would win over the scene's
        pop.getRoot().getStylesheets().setAll(owner.getScene().getStylesheets());
        pop.show(owner);
        return pop;
    }
}
