package headroom.app.view;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.app.component.NodeImage;
import headroom.app.viewmodel.CatalogViewModel;
import headroom.app.viewmodel.ClaimsViewModel;
import headroom.app.viewmodel.Journey;
import headroom.app.viewmodel.PretendWorkbench;
import headroom.app.window.Theme;
import headroom.engine.workbench.ClaimRow;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.WorkbenchException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Labeled;
import javafx.scene.image.WritableImage;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testfx.api.FxRobot;
import org.testfx.api.FxToolkit;
import org.testfx.util.WaitForAsyncUtils;

/** The claims of a method, from the question to the answer or the failure. */
class ClaimsPaneTest {
    private static final List<ClaimRow> ROWS = List.of(
            new ClaimRow("lora", "optimizer", "less optimizer state than AdamW, LLaMA-7B", "arithmetic", "Zhao 2024 (GaLore), abstract", List.of("galore, llama-7b, 1 × 256 tokens"), 65.5, 65.108,
                    "%", "equal", 0.02, -0.00598, true, "moments and projections against moments, all in bf16"),
            new ClaimRow("lora", "card", "LLaMA-65B is fine-tuned on one card of this size", "measured", "Dettmers 2023 (QLoRA), abstract", List.of("qlora, llama-65b, 1 × 512 tokens"), 48, 50.1, "GB",
                    "at most", 0, 0.04375, false, ""));

    private final FxRobot robot = new FxRobot();
    private final CountDownLatch answer = new CountDownLatch(1);
    private volatile boolean broken;
    private final PretendWorkbench pretend = new PretendWorkbench().answer("catalog", args -> PretendWorkbench.catalog())
            .answer("sketch", args -> PretendWorkbench.plan((PlanRequest) args[0])).answer("claims", args -> claims((Progress) args[1]));
    private CatalogViewModel model;
    private Stage stage;

    private List<ClaimRow> claims(Progress progress) {
        if (broken) {
            throw new WorkbenchException(Problem.of("The claims cannot be read.", "Nothing was changed.", "Install Headroom again."));
        }
        progress.at(new Progress.At("less optimizer state", 1, 2, "claims"));
        try {
            assertThat(answer.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return ROWS;
    }

    @BeforeEach
    void open() throws Exception {
        FxToolkit.registerPrimaryStage();
        stage = FxToolkit.registerStage(Stage::new);
        FxToolkit.setupFixture(() -> {
            model = new CatalogViewModel(pretend.workbench(), new Journey());
            final StackPane root = new StackPane(new ClaimsPane(model.claims()));
            root.getStyleClass().add("pane");
            root.setStyle("-fx-padding: 16;");
            stage.setScene(new Scene(root, 440, 360));
            Theme.LIGHT.install();
            Theme.LIGHT.dress(stage.getScene());
            stage.show();
            model.load();
        });
        until(() -> model.claims().stateProperty().get() instanceof ClaimsViewModel.State.Unasked);
    }

    @AfterEach
    void close() throws Exception {
        FxToolkit.setupFixture(() -> {
            model.close();
            stage.hide();
        });
    }

    @Test
    void figuresAreCheckedWhenAskedAndStandBesideThePlannedOnes() throws Exception {
        assertThat(pretend.calls).doesNotContain("claims");
        check();
        until(() -> says("Checked 1 of 2"));
        answer.countDown();
        until(() -> model.claims().stateProperty().get() instanceof ClaimsViewModel.State.Checked);
        assertThat(says("65.11")).isTrue();
        assertThat(says("holds")).isTrue();
        assertThat(says("above")).isTrue();
        assertThat(says("1 of 2 hold.")).isTrue();
        for (final Theme theme : Theme.values()) {
            robot.interact(() -> {
                theme.install();
                theme.dress(stage.getScene());
            });
            final WritableImage image = WaitForAsyncUtils.asyncFx(() -> stage.getScene().snapshot(null)).get();
            NodeImage.write(image, Path.of("target", "screens", "claims-" + theme.name().toLowerCase(Locale.ROOT) + ".png"));
        }
    }

    @Test
    void aMethodWithoutFiguresSaysSoAndTheOthersAreRemembered() throws Exception {
        answer.countDown();
        check();
        until(() -> model.claims().stateProperty().get() instanceof ClaimsViewModel.State.Checked);
        choose("full");
        assertThat(says("No published figures")).isTrue();
        choose("lora");
        assertThat(says("1 of 2 hold.")).isTrue();
        assertThat(pretend.calls).filteredOn("claims"::equals).hasSize(1);
    }

    @Test
    void aFailureSaysWhatHappenedAndCanBeTriedAgain() throws Exception {
        broken = true;
        check();
        until(() -> says("The claims cannot be read."));
        broken = false;
        answer.countDown();
        robot.interact(() -> robot.lookup((Node node) -> node instanceof Labeled labeled && "Check again".equals(labeled.getText())).queryButton().fire());
        until(() -> says("1 of 2 hold."));
    }

    private void check() {
        robot.interact(() -> robot.lookup("#check-claims").queryButton().fire());
    }

    private void choose(String id) {
        robot.interact(() -> model.journey().methodProperty().set(model.journey().catalogProperty().get().method(id).orElseThrow()));
        WaitForAsyncUtils.waitForFxEvents();
    }

    private boolean says(String text) {
        return stage.getScene().getRoot().lookupAll(".label").stream().anyMatch(node -> node instanceof Labeled labeled && labeled.getText() != null && labeled.getText().startsWith(text));
    }

    private static void until(Callable<Boolean> holds) throws Exception {
        WaitForAsyncUtils.waitFor(20, TimeUnit.SECONDS, () -> WaitForAsyncUtils.asyncFx(holds).get());
        WaitForAsyncUtils.waitForFxEvents();
    }
}
