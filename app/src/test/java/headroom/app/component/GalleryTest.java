package headroom.app.component;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.app.window.Theme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javafx.scene.Scene;
import javafx.scene.image.WritableImage;
import javafx.scene.layout.Region;
import javafx.stage.Stage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testfx.api.FxToolkit;

/** Renders every component in both themes to {@code target/screens}, for eyes, and checks that each drew something. */
class GalleryTest {
    private static final Path SCREENS = Path.of("target", "screens");

    @ParameterizedTest
    @EnumSource(Theme.class)
    void everyComponentIsDrawnInBothThemes(Theme theme) throws Exception {
        FxToolkit.registerPrimaryStage();
        for (final Gallery.Page page : Gallery.PAGES) {
            final Path file = SCREENS.resolve("gallery-" + page.name() + "-" + theme.name().toLowerCase(Locale.ROOT) + ".png");
            final WritableImage image = render(theme, page);
            NodeImage.write(image, file);
            assertThat(Files.size(file)).isPositive();
            assertThat(colours(image)).as("colours in " + file).isGreaterThan(20);
        }
    }

    private static WritableImage render(Theme theme, Gallery.Page page) throws Exception {
        return FxToolkit.setupFixture(() -> {
            theme.install();
            final Stage stage = new Stage();
            final Region root = page.make().get();
            final Scene scene = new Scene(root, page.width(), page.height());
            theme.dress(scene);
            stage.setScene(scene);
            stage.show();
            root.applyCss();
            root.layout();
            final WritableImage image = root.snapshot(null, null);
            stage.hide();
            return image;
        });
    }

    private static long colours(WritableImage image) {
        final int width = (int) image.getWidth();
        final int height = (int) image.getHeight();
        return java.util.stream.IntStream.range(0, width * height).map(i -> image.getPixelReader().getArgb(i % width, i / width)).distinct().count();
    }
}
