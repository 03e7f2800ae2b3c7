package headroom.tests.window;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.workbench.RunDetails;
import headroom.engine.workbench.RunEvent;
import headroom.engine.workbench.RunState;
import javafx.scene.input.KeyCode;
import org.junit.jupiter.api.Test;

/** A run that was stopped goes on where it stood. */
class StopAndResumeTest extends WindowJourney {
    private static final int STEPS = 60;

    @Test
    void aStoppedRunGoesOnFromItsCheckpoint() throws Exception {
        catalogReady();
        robot.push(KeyCode.CONTROL, KeyCode.DIGIT2);
        smallPlan(STEPS, STEPS, 20);
        until("a plan that fits", () -> able("#run"));
        robot.push(KeyCode.CONTROL, KeyCode.R);
        until("some steps", () -> able("#pause") && !says("Step 0 "));
        robot.push(KeyCode.SPACE);
        until("paused", () -> says("Paused"));
        snapshot("run-paused-light");
        robot.push(KeyCode.SPACE);
        until("running again", () -> says("Running"));
        press("#stop");
        until("the question beside the button", () -> able("#stop-now"));
        press("#stop-now");
        until("stopped", () -> says("Stopped") && able("#resume"));
        snapshot("run-stopped-light");
        press("#resume");
        until("finished", () -> says("Finished"));
        final RunDetails run = stored(workbench -> workbench.show(workbench.runs().getFirst().run()));
        assertThat(run.summary().state()).isEqualTo(RunState.FINISHED);
        assertThat(run.history().size()).isEqualTo(STEPS);
        for (int i = 0; i < STEPS; i++) {
            assertThat(run.history().step(i)).isEqualTo(i + 1);
        }
        assertThat(run.events()).extracting(RunEvent::title).anyMatch(title -> title.startsWith("Stopped"));
    }
}
