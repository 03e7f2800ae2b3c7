package headroom.engine.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StepHistoryTest {
    @Test
    void aHandleKeepsItsLengthWhileTheRunGoesOn() {
        final StepHistory.Recorder recorder = new StepHistory.Recorder();
        add(recorder, 1);
        final StepHistory early = recorder.soFar();
        for (int step = 2; step <= 1000; step++) {
            add(recorder, step);
        }
        assertThat(early.size()).isEqualTo(1);
        assertThat(early.losses()).containsExactly(1.0);
        assertThatThrownBy(() -> early.loss(1)).isInstanceOf(IndexOutOfBoundsException.class);

        final StepHistory whole = recorder.soFar();
        assertThat(whole.size()).isEqualTo(1000);
        assertThat(whole.step(999)).isEqualTo(1000);
        assertThat(whole.loss(999)).isEqualTo(0.001);
        assertThat(whole.peakBytes(999)).isEqualTo(1000L << 30);
        assertThat(whole.tokens(500)).isEqualTo(501L * 4096);
    }

    @Test
    void aRunWithoutStepsHasAnEmptyHistory() {
        assertThat(StepHistory.EMPTY.size()).isZero();
        assertThat(StepHistory.EMPTY.losses()).isEmpty();
    }

    private static void add(StepHistory.Recorder recorder, int step) {
        recorder.add(step, step * 0.5, step * 4096L, step / 100.0, 1.0 / step, 1e-4, Double.NaN, 8192, (long) step << 30);
    }
}
