package headroom.tests.window;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.workbench.RunState;
import headroom.engine.workbench.RunSummary;
import java.util.List;
import javafx.scene.control.TableView;
import javafx.scene.input.KeyCode;
import org.junit.jupiter.api.Test;

/** From the first start to a tuned model and a comparison, as the README tells it. */
class FiveMinuteTourTest extends WindowJourney {

    @Test
    void aNewcomerTrainsTwoMethodsComparesThemAndTriesASentence() throws Exception {
        catalogReady();
        nextLook();
        snapshot("catalog-light");
        assertThat(says("LoRA")).isTrue();
        robot.interact(robot.lookup("#method-search").query()::requestFocus);
        robot.push(KeyCode.ENTER);
        smallPlan(8, 4, 4);
        until("a plan that fits", () -> able("#run") && says("Fits"));
        snapshot("plan-light");
        robot.push(KeyCode.CONTROL, KeyCode.R);
        until("the first run under way", () -> says("Running") || says("Finished"));
        snapshot("run-live-light");
        until("the first run finished", () -> says("Finished"));
        until("plan and run equal", () -> says("same to the byte"));
        snapshot("run-light");

        robot.push(KeyCode.CONTROL, KeyCode.DIGIT1);
        // words of the title: other methods build on this one and carry its name
        type("#method-search", "Just Forward Passes");
        robot.push(KeyCode.DOWN);
        robot.push(KeyCode.DOWN);
        robot.push(KeyCode.ENTER);
        smallPlan(8, 4, 4);
        until("a plan of MeZO", () -> able("#run") && says("MeZO"));
        robot.push(KeyCode.CONTROL, KeyCode.R);
        until("the second run under way", () -> says("Running") || says("Finished"));
        until("the second run finished", () -> says("Finished"));

        robot.push(KeyCode.CONTROL, KeyCode.DIGIT4);
        until("the comparison", () -> robot.lookup("#what-differs").tryQueryAs(TableView.class).filter(table -> !table.getItems().isEmpty()).isPresent());
        snapshot("compare-light");

        robot.push(KeyCode.CONTROL, KeyCode.DIGIT5);
        until("a run to ask", () -> able("#answer-both"));
        type("#try-text", "I would buy this kettle again tomorrow.");
        robot.push(KeyCode.CONTROL, KeyCode.ENTER);
        until("both answers", () -> robot.lookup(".type-hero").queryAll().size() >= 2);
        snapshot("try-light");

        allInTheDark();
        final List<RunSummary> runs = stored(workbench -> workbench.runs());
        assertThat(runs).hasSize(2).allMatch(run -> run.state() == RunState.FINISHED && run.step() == 8 && run.peakBytes() == run.plannedPeakBytes());
        assertThat(runs).extracting(RunSummary::method).containsExactlyInAnyOrder("lora", "mezo");
    }

    private void allInTheDark() {
        nextLook();
        final List<String> stages = List.of("catalog", "plan", "run", "compare", "try");
        for (int i = 0; i < stages.size(); i++) {
            robot.push(KeyCode.CONTROL, KeyCode.getKeyCode(String.valueOf(i + 1)));
            snapshot(stages.get(i) + "-dark");
        }
    }
}
