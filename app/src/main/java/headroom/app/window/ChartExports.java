package headroom.app.window;

import headroom.app.component.CanvasRegion;
import headroom.app.component.FigureTable;
import headroom.app.component.NodeImage;
import headroom.app.component.Pop;
import headroom.app.component.Tabular;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.stage.FileChooser;
import org.controlsfx.control.PopOver;

/** What the chart with the focus can be turned into: a table, a picture at twice the size, comma-separated figures. */
final class ChartExports {
    private final Scene scene;
    private final Navigator navigator;

    ChartExports(Scene scene, Navigator navigator) {
        this.scene = scene;
        this.navigator = navigator;
    }

    boolean possible() {
        return scene.getFocusOwner() instanceof CanvasRegion && scene.getFocusOwner() instanceof Tabular;
    }

    /** The table twin, in a pop-over at the chart. */
    void table() {
        final Node chart = scene.getFocusOwner();
        final FigureTable table = new FigureTable(((Tabular) chart).figures());
        Pop.show(chart, table, PopOver.ArrowLocation.TOP_CENTER);
        table.requestFocus();
    }

    /** Asks for a file; its ending decides between picture and figures. */
    void save() {
        final Node chart = scene.getFocusOwner();
        final FileChooser chooser = new FileChooser();
        chooser.setInitialFileName(((Tabular) chart).figures().title().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".png");
        chooser.getExtensionFilters().setAll(new FileChooser.ExtensionFilter("Picture (PNG)", "*.png"), new FileChooser.ExtensionFilter("Figures (CSV)", "*.csv"));
        final File target = chooser.showSaveDialog(scene.getWindow());
        if (target != null) {
            write(chart, target.toPath());
        }
    }

    void write(Node chart, Path target) {
        try {
            if (target.toString().endsWith(".csv")) {
                Files.writeString(target, ((Tabular) chart).figures().csv());
            } else {
                NodeImage.export(chart, target);
            }
            navigator.say("Written to " + target + ".", null);
        } catch (IOException e) {
            navigator.say(target + " could not be written: " + e.getMessage() + ". Choose another folder.", null);
        }
    }

    void copy(String text) {
        final ClipboardContent content = new ClipboardContent();
        content.putString(text);
        Clipboard.getSystemClipboard().setContent(content);
    }
}
