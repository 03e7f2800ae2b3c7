package headroom.app.view;

import headroom.app.window.Command;
import javafx.scene.Node;
import javafx.scene.control.SplitPane;

/** The last pane of a page: always there in a wide window, opened and closed with F4 in a narrow one. */
final class Drawer {
    private static final double NARROW = 1360;

    private final SplitPane page;
    private final Node pane;
    private final double width;
    private boolean narrow;
    private boolean open;

    /** @param open whether it is there at first in a narrow window; @param width in pixels when it comes back */
    Drawer(SplitPane page, Node pane, double width, boolean open) {
        this.page = page;
        this.pane = pane;
        this.width = width;
        this.open = open;
        page.widthProperty().addListener((o, was, is) -> {
            narrow = is.doubleValue() > 0 && is.doubleValue() < NARROW;
            show();
        });
    }

    private void show() {
        final boolean wanted = !narrow || open;
        if (wanted && !page.getItems().contains(pane)) {
            final double[] kept = page.getDividerPositions();
            page.getItems().add(pane);
            for (int i = 0; i < kept.length; i++) {
                page.setDividerPosition(i, kept[i]);
            }
            page.setDividerPosition(kept.length, 1 - width / page.getWidth());
        } else if (!wanted) {
            page.getItems().remove(pane);
        }
    }

    Command command(String what) {
        return Command.of("Show or hide " + what, "F4", "", () -> narrow, () -> {
            open = !open;
            show();
        });
    }
}
