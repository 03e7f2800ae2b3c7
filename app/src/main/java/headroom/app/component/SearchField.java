package headroom.app.component;

import org.controlsfx.control.textfield.CustomTextField;
import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/** A field to narrow a list; the slash key leads to it. */
public final class SearchField extends CustomTextField {
    public SearchField(String prompt) {
        getStyleClass().add("search");
        setPromptText(prompt);
        setAccessibleText("Search: " + prompt);
        setLeft(new FontIcon(Feather.SEARCH));
        setRight(Parts.key("/"));
    }
}
