package headroom.app.window;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.app.component.NodeImage;
import headroom.engine.workbench.CategoryBytes;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.RunSummary;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.TableView;
import javafx.scene.image.WritableImage;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testfx.api.FxRobot;
import org.testfx.api.FxToolkit;
import org.testfx.util.WaitForAsyncUtils;

class ExperimentsViewTest {
    private final FxRobot robot = new FxRobot();
    private final FixedWorkbench workbench = new FixedWorkbench();
    private final List<String> compared = new ArrayList<>();
    private final List<String> went = new ArrayList<>();
    private ExperimentsViewModel model;
    private ExperimentsView view;
    private Stage stage;

    @BeforeEach
    void open() throws Exception {
        FxToolkit.registerPrimaryStage();
        stage = FxToolkit.registerStage(Stage::new);
        model = new ExperimentsViewModel(workbench.workbench());
        FxToolkit.setupFixture(() -> {
            Theme.LIGHT.install();
            view = new ExperimentsView(model, new Recorder(), compared::addAll);
            final Scene scene = new Scene(new StackPane(view.root()), 1440, 500);
            Theme.LIGHT.dress(scene);
            stage.setScene(scene);
            stage.show();
        });
    }

    @AfterEach
    void close() throws Exception {
        model.close();
        FxToolkit.setupFixture(stage::hide);
    }

    @Test
    void anEmptyListSaysWhatToDo() {
        robot.interact(view::shown);
        WaitForAsyncUtils.waitForFxEvents();
        final Button choose = robot.lookup("Choose a model").queryButton();
        robot.interact(choose::fire);
        assertThat(went).containsExactly("catalog");
    }

    @Test
    void runsAreListedSearchedAndCompared() throws Exception {
        fill();
        final TableView<RunSummary> table = table();
        robot.interact(() -> robot.lookup(".search").queryTextInputControl().setText("lora"));
        assertThat(table.getItems()).extracting(RunSummary::method).containsOnly("lora", "qlora");
        final Button compare = robot.lookup("Compare").queryButton();
        assertThat(compare.isDisabled()).isTrue();
        robot.interact(() -> table.getSelectionModel().selectRange(0, 2));
        assertThat(compare.isDisabled()).isFalse();
        robot.interact(compare::fire);
        assertThat(compared).containsExactly("0003", "0002");
        picture();
    }

    @Test
    void onlyAnInterruptedRunWithACheckpointGoesOn() throws Exception {
        fill();
        final Button resume = robot.lookup("Resume").queryButton();
        robot.interact(() -> table().getSelectionModel().select(0));
        assertThat(resume.isDisabled()).as("a finished run").isTrue();
        robot.interact(() -> table().getSelectionModel().clearAndSelect(2));
        assertThat(resume.isDisabled()).as("an interrupted run").isFalse();
        robot.interact(resume::fire);
        WaitForAsyncUtils.waitFor(5, TimeUnit.SECONDS, () -> went.contains("run"));
        assertThat(workbench.resumed).containsExactly("0001");
    }

    private void fill() throws Exception {
        workbench.runs.addAll(List.of(run("0003", "lora", RunState.FINISHED, false, 0.31, 0.861), run("0002", "qlora", RunState.FINISHED, false, 0.36, 0.848),
                run("0001", "full", RunState.RUNNING, true, 0.52, Double.NaN)));
        robot.interact(view::shown);
        WaitForAsyncUtils.waitFor(5, TimeUnit.SECONDS, () -> table().getItems().size() == 3);
        WaitForAsyncUtils.waitForFxEvents();
    }

    private void picture() throws Exception {
        for (final Theme theme : Theme.values()) {
            robot.interact(() -> {
                theme.install();
                theme.dress(stage.getScene());
            });
            WaitForAsyncUtils.waitForFxEvents();
            final WritableImage image = WaitForAsyncUtils.asyncFx(() -> stage.getScene().snapshot(null)).get();
            NodeImage.write(image, Path.of("target", "screens", "experiments-" + theme.name().toLowerCase(Locale.ROOT) + ".png"));
        }
    }

    @SuppressWarnings("unchecked")
    private TableView<RunSummary> table() {
        return (TableView<RunSummary>) view.focusTarget();
    }

    private static RunSummary run(String id, String method, RunState state, boolean interrupted, double loss, double accuracy) {
        final long mib = 1L << 20;
        return new RunSummary(id, method + " on reviews", "minilm", "reviews", method, state, interrupted, Instant.parse("2026-01-05T10:00:00Z"), 1, 150, 150, 100, loss,
                Double.isNaN(accuracy) ? Map.of() : Map.of("accuracy", accuracy), 340 * mib, 340 * mib,
                new CategoryBytes(90 * mib, 2 * mib, 60 * mib, 100 * mib, 70 * mib, 17 * mib, mib), 8L << 30, 5_120, 95, 22_700_000);
    }

    private final class Recorder implements Navigator {
        @Override
        public void go(String id) {
            went.add(id);
        }

        @Override
        public void learn(String page) {
            went.add("learn/" + page);
        }

        @Override
        public void say(String message, Command action) {
            went.add(message);
        }
    }
}
