package headroom.app.view;

import headroom.app.viewmodel.DividersViewModel;
import java.util.Optional;
import java.util.function.Supplier;
import javafx.application.Platform;
import javafx.geometry.Orientation;
import javafx.scene.Node;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Region;

/** Panes edge to edge with dividers that can be dragged; one of them takes what a wider window gives. */
final class Columns {
    private static final String REMEMBERED = "remembered";

    private Columns() {}

    /**
     * Panes side by side.
     *
     * @param grows index of the pane that takes all the growth
     * @param widths of the others at first, in pixels
     */
    static SplitPane of(int grows, double[] widths, Node... panes) {
        return split(Orientation.HORIZONTAL, grows, widths, panes);
    }

    /** Panes one above the other. */
    static SplitPane rows(int grows, double[] heights, Node... panes) {
        return split(Orientation.VERTICAL, grows, heights, panes);
    }

    /** Puts the dividers where they were dragged to at an earlier time, and keeps where they are dragged to now. */
    static void remember(SplitPane split, String page, DividersViewModel dividers) {
        split.getProperties().put(REMEMBERED, (Supplier<Optional<double[]>>) () -> dividers.of(page));
        split.addEventFilter(MouseEvent.MOUSE_RELEASED, event -> {
            if (event.getTarget() instanceof Node node && node.getStyleClass().contains("split-pane-divider")) {
                dividers.keep(page, split.getDividerPositions());
            }
        });
    }

    private static SplitPane split(Orientation direction, int grows, double[] sizes, Node... panes) {
        final SplitPane split = new SplitPane(panes);
        split.setOrientation(direction);
        split.setFocusTraversable(false);
        for (int i = 0; i < panes.length; i++) {
            SplitPane.setResizableWithParent(panes[i], i == grows);
        }
        final boolean wide = direction == Orientation.HORIZONTAL;
        final boolean[] placed = new boolean[1];
        (wide ? split.widthProperty() : split.heightProperty()).addListener((o, was, is) -> {
            if (!placed[0] && is.doubleValue() > 200) {
                placed[0] = true;
                place(split, grows, sizes, is.doubleValue());
                Platform.runLater(() -> place(split, grows, sizes, wide ? split.getWidth() : split.getHeight()));
            }
        });
        return split;
    }

    @SuppressWarnings("unchecked")
    private static void place(SplitPane split, int grows, double[] sizes, double whole) {
        final Optional<double[]> remembered = split.getProperties().get(REMEMBERED) instanceof Supplier<?> supplier ? (Optional<double[]>) supplier.get() : Optional.empty();
        if (remembered.filter(positions -> positions.length == split.getDividers().size()).isPresent()) {
            split.setDividerPositions(remembered.get());
            return;
        }
        double before = 0;
        for (int i = 0; i < sizes.length; i++) {
            before += i == grows ? 0 : sizes[i];
        }
        double at = 0;
        for (int i = 0; i < split.getDividers().size(); i++) {
            at += i == grows ? whole - before : sizes[i];
            split.setDividerPosition(i, at / whole);
        }
    }

    /** What is higher than its pane scrolls, up and down only. */
    static ScrollPane scrolling(Region content) {
        final ScrollPane scroll = new ScrollPane(content);
        scroll.setFitToWidth(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        scroll.setFocusTraversable(false);
        return scroll;
    }
}
