package headroom.app.view;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.app.component.NodeImage;
import headroom.app.viewmodel.CatalogViewModel;
import headroom.app.viewmodel.MethodRow;
import headroom.app.viewmodel.PretendWorkbench;
import headroom.app.viewmodel.StagesViewModel;
import headroom.app.window.Command;
import headroom.app.window.Navigator;
import headroom.app.window.Theme;
import headroom.engine.workbench.MachineReading;
import headroom.engine.workbench.PlanRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javafx.beans.property.SimpleLongProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.image.WritableImage;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testfx.api.FxRobot;
import org.testfx.api.FxToolkit;
import org.testfx.util.WaitForAsyncUtils;

/** Methods under the headings of their families: two exact ones, one that estimates. */
class CatalogViewTest {
    private final FxRobot robot = new FxRobot();
    private final PretendWorkbench pretend = new PretendWorkbench().answer("catalog", args -> PretendWorkbench.catalog())
            .answer("sketch", args -> PretendWorkbench.plan((PlanRequest) args[0])).answer("planNewest", PretendWorkbench::now)
            .answer("setting", args -> Optional.empty()).answer("claims", args -> java.util.List.of());
    private StagesViewModel stages;
    private Stage stage;

    @BeforeEach
    void open() throws Exception {
        FxToolkit.registerPrimaryStage();
        stage = FxToolkit.registerStage(Stage::new);
        FxToolkit.setupFixture(() -> {
            stages = new StagesViewModel(pretend.workbench(), new SimpleLongProperty(8192 * PretendWorkbench.MIB),
                    new SimpleObjectProperty<>(new MachineReading(Instant.now(), Optional.empty(), "A processor", 16, 0.2, 0.1, 32L << 30, 8L << 30, 1L << 30, 400L << 30, "libtorch", "jemalloc")));
            final CatalogView view = new CatalogView(stages.catalog(), stages.imports(), stages.dividers(), new Nowhere());
            stage.setScene(new Scene(new StackPane(view.root()), 1440, 812));
            Theme.LIGHT.install();
            Theme.LIGHT.dress(stage.getScene());
            stage.show();
            stages.catalog().load();
        });
        until(() -> stages.catalog().plannedProperty().get() == 3);
    }

    @AfterEach
    void close() throws Exception {
        FxToolkit.setupFixture(() -> {
            stages.close();
            stage.hide();
        });
    }

    private static void until(java.util.concurrent.Callable<Boolean> holds) throws Exception {
        WaitForAsyncUtils.waitFor(20, TimeUnit.SECONDS, () -> WaitForAsyncUtils.asyncFx(holds).get());
        WaitForAsyncUtils.waitForFxEvents();
    }

    private long headings(String text) {
        return robot.lookup((Node node) -> node instanceof Label label && label.getText().equals(text) && label.isVisible() && label.getParent().isVisible()).queryAll().size();
    }

    @Test
    void eachFamilyHasAHeadingWhereMethodsAreSortedByFamilyAndArrowsGoFromMethodToMethod() throws Exception {
        final ListView<MethodRow> list = robot.lookup("#methods").queryListView();
        assertThat(headings("Exact methods")).isZero();
        robot.interact(() -> stages.catalog().orderProperty().set(CatalogViewModel.Order.FAMILY));
        WaitForAsyncUtils.waitForFxEvents();
        assertThat(list.getItems()).extracting(row -> row.entry().id()).containsExactly("lora", "full", "mezo");
        assertThat(headings("Exact methods")).isEqualTo(1);
        assertThat(headings("Forward passes")).isEqualTo(1);

        robot.interact(() -> {
            list.requestFocus();
            list.getSelectionModel().selectFirst();
        });
        robot.push(KeyCode.DOWN);
        robot.push(KeyCode.DOWN);
        assertThat(stages.journey().methodProperty().get().id()).isEqualTo("mezo");
        robot.push(KeyCode.UP);
        assertThat(stages.journey().methodProperty().get().id()).isEqualTo("full");
        for (final Theme theme : Theme.values()) {
            robot.interact(() -> {
                theme.install();
                theme.dress(stage.getScene());
            });
            WaitForAsyncUtils.waitForFxEvents();
            final WritableImage image = WaitForAsyncUtils.asyncFx(() -> stage.getScene().snapshot(null)).get();
            NodeImage.write(image, Path.of("target", "screens", "catalog-families-" + theme.name().toLowerCase(Locale.ROOT) + ".png"));
        }

        // where the first of a family is filtered out, the next one bears the heading
        robot.interact(() -> stages.catalog().methodSearchProperty().set("full"));
        WaitForAsyncUtils.waitForFxEvents();
        assertThat(headings("Exact methods")).isEqualTo(1);
        assertThat(headings("Forward passes")).isZero();
        robot.interact(() -> {
            stages.catalog().methodSearchProperty().set("");
            stages.catalog().orderProperty().set(CatalogViewModel.Order.PEAK);
        });
        WaitForAsyncUtils.waitForFxEvents();
        assertThat(headings("Exact methods")).isZero();
        assertThat(list.getFixedCellSize()).isEqualTo(CatalogCells.METHOD);
    }

    private static final class Nowhere implements Navigator {
        @Override
        public void go(String id) {
            // the page stays
        }

        @Override
        public void learn(String page) {
            // the page stays
        }

        @Override
        public void say(String message, Command action) {
            // nobody listens
        }
    }
}
