package headroom.tests.window;

import headroom.app.component.NodeImage;
import headroom.app.viewmodel.MethodRow;
import headroom.app.window.HeadroomApplication;
import headroom.engine.workbench.LocalWorkbench;
import headroom.engine.workbench.Workbench;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javafx.application.Application;
import javafx.scene.Node;
import javafx.scene.control.Labeled;
import javafx.scene.control.ListView;
import javafx.scene.control.Slider;
import javafx.scene.control.TextInputControl;
import javafx.scene.image.WritableImage;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.testfx.api.FxRobot;
import org.testfx.api.FxToolkit;
import org.testfx.util.WaitForAsyncUtils;

/** The real window over the real engine, with a home folder of its own; a journey is what a person does with keys and buttons. */
abstract class WindowJourney {
    /** Far beyond what is usual: a journey on a busy machine is slow, not wrong. */
    private static final int PATIENCE_SECONDS = 240;

    final FxRobot robot = new FxRobot();
    @TempDir
    Path home;
    private Application application;
    private Stage stage;

    @BeforeEach
    final void open() throws Exception {
        stage = FxToolkit.registerPrimaryStage();
        application = FxToolkit.setupApplication(HeadroomApplication.class, "--home", home.toString());
        WaitForAsyncUtils.waitForFxEvents();
    }

    @AfterEach
    final void close() throws Exception {
        if (application != null) {
            FxToolkit.cleanupApplication(application);
            application = null;
        }
    }

    /** Ends the window, then asks the stored runs. */
    final <T> T stored(Function<Workbench, T> question) throws Exception {
        close();
        try (Workbench workbench = LocalWorkbench.open(home)) {
            return question.apply(workbench);
        }
    }

    /** Waits until a condition holds on the window's thread. */
    final void until(String what, Callable<Boolean> holds) {
        try {
            WaitForAsyncUtils.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS, () -> WaitForAsyncUtils.asyncFx(holds).get());
        } catch (java.util.concurrent.TimeoutException e) {
            snapshot("gave-up-waiting");
            throw new AssertionError("never came: " + what, e);
        }
        WaitForAsyncUtils.waitForFxEvents();
    }

    final boolean shown(String selector) {
        return robot.lookup(selector).tryQuery().filter(Node::isVisible).isPresent();
    }

    final boolean able(String selector) {
        return robot.lookup(selector).tryQuery().filter(node -> node.isVisible() && !node.isDisabled()).isPresent();
    }

    /** Whether a label or button with this text is shown. */
    final boolean says(String text) {
        return !robot.lookup((Node node) -> node instanceof Labeled labeled && node.isVisible() && labeled.getText() != null && labeled.getText().startsWith(text)).queryAll().isEmpty();
    }

    /** The catalogue is read and the methods are planned; the focus is where a newcomer can press Enter. */
    final void catalogReady() {
        until("the planned catalogue", () -> {
            final ListView<MethodRow> methods = robot.lookup("#methods").queryListView();
            return !methods.getItems().isEmpty() && methods.getItems().stream().allMatch(row -> row.plan().isPresent() || row.problem().isPresent())
                    && robot.lookup(".verdict").queryAll().stream().anyMatch(Node::isVisible);
        });
    }

    /** Moves a slider of a setting with the arrow keys. */
    final void slide(String setting, KeyCode direction, int times) {
        final Slider slider = robot.lookup("#setting-" + setting + " .slider").query();
        robot.interact(slider::requestFocus);
        for (int i = 0; i < times; i++) {
            robot.push(direction);
        }
        WaitForAsyncUtils.waitForFxEvents();
    }

    final void type(String field, String text) {
        final TextInputControl input = robot.lookup(field).query();
        robot.interact(() -> {
            input.requestFocus();
            input.selectAll();
        });
        robot.interact(() -> input.replaceSelection(text));
    }

    /** A small plan: four rows of sixteen tokens, so many steps. */
    final void smallPlan(int steps, int evalEvery, int checkpointEvery) {
        until("a plan", () -> able("#run") || shown("#run-anyway"));
        slide("batch", KeyCode.LEFT, 3);
        slide("length", KeyCode.LEFT, 3);
        type("#steps", String.valueOf(steps));
        type("#eval-every", String.valueOf(evalEvery));
        type("#checkpoint-every", String.valueOf(checkpointEvery));
    }

    final void press(String selector) {
        until(selector, () -> able(selector));
        robot.interact(() -> robot.lookup(selector).queryButton().fire());
        WaitForAsyncUtils.waitForFxEvents();
    }

    /** Writes what the window shows into the build folder, to be looked at. */
    final void snapshot(String name) {
        try {
            WaitForAsyncUtils.waitForFxEvents();
            final WritableImage image = WaitForAsyncUtils.asyncFx(() -> stage.getScene().snapshot(null)).get();
            NodeImage.write(image, Path.of("target", "screens", name + ".png"));
        } catch (Exception e) {
            throw new AssertionError("no picture of " + name, e);
        }
    }

    /** Light, dark, as the system, in turn. */
    final void nextLook() {
        press("#look");
    }

    final Stage stage() {
        return stage;
    }
}
