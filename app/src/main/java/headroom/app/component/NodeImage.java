package headroom.app.component;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javafx.embed.swing.SwingFXUtils;
import javafx.scene.Node;
import javafx.scene.SnapshotParameters;
import javafx.scene.image.WritableImage;
import javafx.scene.transform.Transform;
import javax.imageio.ImageIO;

/** Pictures of parts of the window, drawn anew at twice the size and not enlarged. */
public final class NodeImage {
    public static final double EXPORT_SCALE = 2;

    private NodeImage() {}

    /** @param node shown in a scene; only on the window's thread */
    public static WritableImage of(Node node, double scale) {
        final java.util.List<CanvasRegion> drawn = node.lookupAll(".canvas-region").stream()
                .filter(CanvasRegion.class::isInstance).map(CanvasRegion.class::cast).toList();
        drawn.forEach(region -> region.setDensity(scale));
        final SnapshotParameters parameters = new SnapshotParameters();
        parameters.setTransform(Transform.scale(scale, scale));
        if (node.getScene() != null && !drawn.isEmpty()) {
            parameters.setFill(drawn.getFirst().palette().role("bg-surface"));
        }
        try {
            return node.snapshot(parameters, null);
        } finally {
            drawn.forEach(region -> region.setDensity(1));
        }
    }

    /** Writes a PNG at {@link #EXPORT_SCALE}; nothing half-written is left where it fails. */
    public static void export(Node node, Path target) throws IOException {
        write(of(node, EXPORT_SCALE), target);
    }

    public static void write(WritableImage image, Path target) throws IOException {
        final BufferedImage picture = SwingFXUtils.fromFXImage(image, null);
        final Path folder = target.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        final Path part = Files.createTempFile(folder, target.getFileName().toString(), ".part");
        try {
            if (!ImageIO.write(picture, "png", part.toFile())) {
                throw new IOException("No PNG writer is available; " + target + " was not written.");
            }
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
