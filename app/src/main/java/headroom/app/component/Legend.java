package headroom.app.component;

import headroom.engine.memory.Category;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;

/** Swatches and names of the memory categories in stack order; a mouse or focus on one lights it elsewhere. */
public final class Legend extends FlowPane {
    public static final List<Category> ALL = List.of(Category.values());

    private Consumer<Category> hover = category -> { };

    public Legend() {
        this(EnumSet.allOf(Category.class), true);
    }

    /** @param outside adds the hatched swatch of what the ledger does not hold */
    public Legend(Set<Category> categories, boolean outside) {
        super(16, 4);
        setAlignment(Pos.CENTER_RIGHT);
        ALL.stream().filter(categories::contains).forEach(category -> {
            final Node entry = entry(swatch(category), MemoryStack.name(category));
            entry.setOnMouseEntered(event -> hover.accept(category));
            entry.setOnMouseExited(event -> hover.accept(null));
            getChildren().add(entry);
        });
        if (outside) {
            getChildren().add(entry(outsideSwatch(), "Outside ledger"));
        }
    }

    /** @param heard gets the category under the mouse, and null when it leaves */
    public void onHover(Consumer<Category> heard) {
        hover = heard;
    }

    /** The 8 px square that stands for a category in lists and tables. */
    public static Node swatch(Category category) {
        return new Swatch(category);
    }

    public static Node outsideSwatch() {
        return new Swatch(null);
    }

    private static Node entry(Node swatch, String name) {
        final Label label = new Label(name);
        label.getStyleClass().addAll("type-axis", "muted");
        final HBox entry = new HBox(4, swatch, label);
        entry.setAlignment(Pos.CENTER_LEFT);
        return entry;
    }

    private static final class Swatch extends CanvasRegion {
        private final Category category;

        Swatch(Category category) {
            super("swatch");
            this.category = category;
            setMinSize(8, 8);
            setPrefSize(8, 8);
            setMaxSize(8, 8);
            setMouseTransparent(true);
            setAccessibleText(category == null ? "outside the ledger" : MemoryStack.name(category));
        }

        @Override
        protected void draw(Pen pen, double width, double height) {
            if (category == null) {
                pen.hatch(0, 0, width, height);
            } else {
                pen.fill(pen.palette().memory(category), 0, 0, width, height);
            }
        }
    }
}
