package headroom.tests.window;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.workbench.RunState;
import headroom.engine.workbench.RunSummary;
import javafx.scene.input.KeyCode;
import org.junit.jupiter.api.Test;

/** A plan that does not fit says so, a run that was started anyway stops before memory runs out, and goes on with a larger budget. */
class TooSmallABudgetTest extends WindowJourney {

    @Test
    void theRunStopsBeforeMemoryRunsOutAndGoesOnWithMore() throws Exception {
        catalogReady();
        robot.push(KeyCode.CONTROL, KeyCode.DIGIT2);
        smallPlan(4, 4, 4);
        robot.interact(robot.lookup("#budget-slider").query()::requestFocus);
        robot.push(KeyCode.HOME);
        until("the verdict", () -> says("Does not fit") && shown("#run-anyway"));
        assertThat(able("#run")).isFalse();
        snapshot("plan-over-light");
        press("#run-anyway");
        until("the failure in place", () -> says("The run stopped before memory ran out"));
        snapshot("failure-light");
        nextLook();
        nextLook();
        snapshot("failure-dark");
        press("#raise-budget");
        until("finished with the larger budget", () -> says("Finished"));
        final RunSummary run = stored(workbench -> workbench.runs().getFirst());
        assertThat(run.state()).isEqualTo(RunState.FINISHED);
        assertThat(run.peakBytes()).isLessThanOrEqualTo(run.budgetBytes());
    }
}
