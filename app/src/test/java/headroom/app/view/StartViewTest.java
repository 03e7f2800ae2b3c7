package headroom.app.view;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.app.component.NodeImage;
import headroom.app.viewmodel.PretendWorkbench;
import headroom.app.viewmodel.StagesViewModel;
import headroom.app.window.Command;
import headroom.app.window.Navigator;
import headroom.app.window.Theme;
import headroom.engine.workbench.CategoryBytes;
import headroom.engine.workbench.MachineReading;
import headroom.engine.workbench.MemoryInstant;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.StepHistory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javafx.beans.property.SimpleLongProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.Scene;
import javafx.scene.image.WritableImage;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testfx.api.FxRobot;
import org.testfx.api.FxToolkit;
import org.testfx.util.WaitForAsyncUtils;

class StartViewTest {
    private final FxRobot robot = new FxRobot();
    private final List<String> gone = new ArrayList<>();
    private final List<RunSummary> interrupted = new ArrayList<>(List.of(PretendWorkbench.run("0041", "lora", RunState.RUNNING, true)));
    private final PretendWorkbench pretend = new PretendWorkbench().answer("catalog", args -> PretendWorkbench.catalog())
            .answer("sketch", args -> PretendWorkbench.plan((PlanRequest) args[0])).answer("planNewest", PretendWorkbench::now)
            .answer("interruptedRuns", args -> List.copyOf(interrupted))
            .answer("runs", args -> List.of(PretendWorkbench.run("0040", "galore", RunState.FINISHED, false), PretendWorkbench.run("0039", "full", RunState.STOPPED, false)))
            .answer("resume", args -> args[0]).answer("snapshot", args -> snapshot((String) args[0]))
            .answer("setting", args -> Optional.empty()).answer("leaveStopped", args -> {
                interrupted.clear();
                return null;
            });
    private StagesViewModel stages;
    private StartView view;
    private Stage stage;

    @BeforeEach
    void open() throws Exception {
        FxToolkit.registerPrimaryStage();
        stage = FxToolkit.registerStage(Stage::new);
        FxToolkit.setupFixture(() -> {
            stages = new StagesViewModel(pretend.workbench(), new SimpleLongProperty(8192 * PretendWorkbench.MIB), new SimpleObjectProperty<>(machine()));
            view = new StartView(stages.start(), stages.dividers(), new Recorded());
            stage.setScene(new Scene(new StackPane(view.root()), 1440, 812));
            Theme.LIGHT.install();
            Theme.LIGHT.dress(stage.getScene());
            stage.show();
            stages.catalog().load();
            view.shown();
        });
        WaitForAsyncUtils.waitFor(20, TimeUnit.SECONDS, () -> robot.lookup("#recover-resume").tryQuery().isPresent());
    }

    @AfterEach
    void close() throws Exception {
        FxToolkit.setupFixture(() -> {
            stages.close();
            stage.hide();
        });
    }

    @Test
    void theOfferToGoOnHasTheFocusAndLeadsToTheRun() throws Exception {
        assertThat(view.focusTarget()).isSameAs(robot.lookup("#recover-resume").query());
        robot.interact(() -> robot.lookup("#recover-resume").queryButton().fire());
        WaitForAsyncUtils.waitFor(20, TimeUnit.SECONDS, () -> gone.contains("run"));
        assertThat(pretend.calls).contains("resume");
        assertThat(stages.journey().runProperty().get()).isEqualTo("0041");
    }

    @Test
    void aRunThatIsLeftStoppedIsOfferedNoMore() throws Exception {
        robot.interact(() -> robot.lookup("#recover-leave").queryButton().fire());
        WaitForAsyncUtils.waitFor(20, TimeUnit.SECONDS, () -> robot.lookup("#recover-resume").tryQuery().isEmpty());
        assertThat(pretend.calls).contains("leaveStopped").doesNotContain("resume");
    }

    @Test
    void thePageIsDrawnInBothThemes() throws Exception {
        for (final Theme theme : Theme.values()) {
            robot.interact(() -> {
                theme.install();
                theme.dress(stage.getScene());
            });
            WaitForAsyncUtils.waitForFxEvents();
            final WritableImage image = WaitForAsyncUtils.asyncFx(() -> stage.getScene().snapshot(null)).get();
            NodeImage.write(image, Path.of("target", "screens", "start-" + theme.name().toLowerCase(Locale.ROOT) + ".png"));
            assertThat(image.getWidth()).isEqualTo(1440);
        }
    }

    private static RunSnapshot snapshot(String run) {
        final CategoryBytes none = CategoryBytes.ZERO;
        return new RunSnapshot(run, "lora", 1, RunState.LOADING, Optional.empty(), 400, 520, 1, 3, 0, 0, StepHistory.EMPTY, List.of(),
                new RunSnapshot.Memory(new MemoryInstant(0, 0, 0, "", "", "", none, 0), 0, none, 0, none, 0, 0, 0, List.of()), List.of(), 0, 0, 0, Double.NaN, List.of(), Optional.empty(), Optional.empty());
    }

    private static MachineReading machine() {
        return new MachineReading(Instant.now(), Optional.empty(), "A processor", 16, 0.2, 0.1, 32L << 30, 8L << 30, 1L << 30, 400L << 30, "libtorch 2.7.1, CPU", "jemalloc");
    }

    private final class Recorded implements Navigator {
        @Override
        public void go(String id) {
            gone.add(id);
        }

        @Override
        public void learn(String page) {
            gone.add("learn/" + page);
        }

        @Override
        public void say(String message, Command action) {
            gone.add("said " + message);
        }
    }
}
