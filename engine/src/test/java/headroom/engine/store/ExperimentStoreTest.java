package headroom.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentStoreTest {
    @TempDir
    Path home;

    @Test
    void aRunComesBackAsItWasStored() {
        final NewRun asked = Samples.run("LoRA on reviews, Größe 8");
        final StoredRun created;
        try (ExperimentStore store = ExperimentStore.open(home)) {
            created = store.create(asked);
            assertThat(created.id()).isEqualTo("0001");
            assertThat(store.create(Samples.run("second")).id()).isEqualTo("0002");
        }
        try (ExperimentStore store = ExperimentStore.open(home)) {
            assertThat(store.run("0001")).isEqualTo(created);
            assertThat(store.run("1").asked()).isEqualTo(asked);
            assertThat(store.runs()).extracting(StoredRun::id).containsExactly("0002", "0001");
            assertThat(created.state()).isEqualTo(RunState.PLANNED);
            assertThat(created.created()).isBetween(Instant.now().minusSeconds(60), Instant.now());
            assertThat(created.loss()).isNaN();
            assertThat(created.checkpointStep()).isEqualTo(-1);
            assertThat(store.create(Samples.run("third")).id()).isEqualTo("0003");
        }
    }

    @Test
    void everyChangeOfStateIsKeptWithItsReason() {
        try (ExperimentStore store = ExperimentStore.open(home)) {
            final String run = running(store);
            store.move(run, RunState.PAUSED, "asked by the window");
            store.move(run, RunState.RUNNING, "asked by the window");
            store.move(run, RunState.FINISHED, "all steps done");
            store.resume(run, 0, "20 more steps");
            assertThat(store.transitions(run)).extracting(StoredTransition::to).containsExactly(RunState.PLANNED, RunState.LOADING,
                    RunState.RUNNING, RunState.PAUSED, RunState.RUNNING, RunState.FINISHED, RunState.LOADING);
            assertThat(store.transitions(run).get(0).from()).isEmpty();
            assertThat(store.transitions(run).get(3))
                    .satisfies(change -> assertThat(change.reason()).isEqualTo("asked by the window"))
                    .satisfies(change -> assertThat(change.from()).contains(RunState.RUNNING));
        }
    }

    @Test
    void aStateThatCannotFollowIsRefusedAndNothingIsWritten() {
        try (ExperimentStore store = ExperimentStore.open(home)) {
            final String run = store.create(Samples.run("a")).id();
            assertThatThrownBy(() -> store.move(run, RunState.FINISHED, "hope")).isInstanceOf(StoreException.class)
                    .hasMessageContaining("Run 0001 is PLANNED and cannot become FINISHED")
                    .hasMessageContaining("LOADING, STOPPED, FAILED");
            assertThat(store.run(run).state()).isEqualTo(RunState.PLANNED);
            assertThat(store.transitions(run)).hasSize(1);
            assertThatThrownBy(() -> store.move("0099", RunState.LOADING, "")).hasMessageContaining("no run 0099");
            assertThatThrownBy(() -> store.run("abc")).isInstanceOf(StoreException.class).hasMessageContaining("no run abc");
        }
    }

    @Test
    void notesComeBackInOrderAndAStepNotedAgainReplacesTheOlder() {
        try (ExperimentStore store = ExperimentStore.open(home)) {
            final String run = running(store);
            IntStream.rangeClosed(1, 5).forEach(step -> store.log(Samples.step(run, step, 1.0 / step)));
            final StoredStep withoutNorm = new StoredStep(run, 6, Double.NaN, 1, 1, 1, 1, Double.NaN, 1, 1);
            store.log(withoutNorm);
            store.log(Samples.step(run, 3, 9.0));
            store.log(new StoredEvaluation(run, 5, 20_480, 1.25, 0.125, Map.of("loss", 0.5, "accuracy", 0.75), 42));
            store.log(new StoredEvaluation(run, 5, 20_480, 1.25, 0.125, Map.of("loss", 0.4, "f1", 0.8), 43));
            store.log(new StoredEvent(run, Instant.parse("2026-01-02T03:04:05.123456789Z"), 3, StoredEvent.Level.WARNING, "slow", "malloc"));
            store.log(new StoredEvent(run, Instant.parse("2026-01-02T03:04:05Z"), 4, StoredEvent.Level.INFO, "later", ""));
            store.log(Samples.memory(run, 2));
            store.flush();
            assertThat(store.steps(run)).hasSize(6).contains(withoutNorm, Samples.step(run, 3, 9.0), Samples.step(run, 5, 0.2))
                    .extracting(StoredStep::step).isSorted();
            assertThat(store.evaluations(run)).containsExactly(
                    new StoredEvaluation(run, 5, 20_480, 1.25, 0.125, Map.of("loss", 0.4, "f1", 0.8), 43));
            assertThat(store.events(run)).extracting(StoredEvent::title).containsExactly("slow", "later");
            assertThat(store.events(run).get(0).at()).isEqualTo("2026-01-02T03:04:05.123456789Z");
            assertThat(store.stepsWithMemory(run)).containsExactly(2);
            assertThat(store.memory(run, 2)).isEqualTo(Samples.memory(run, 2));
            assertThat(store.run(run)).satisfies(row -> assertThat(row.step()).isEqualTo(6))
                    .satisfies(row -> assertThat(row.metrics()).containsEntry("f1", 0.8).doesNotContainKey("accuracy"));
        }
    }

    @Test
    void notingAStepDoesNotWaitForTheDisk() {
        try (ExperimentStore store = ExperimentStore.open(home)) {
            final String run = running(store);
            final long begin = System.nanoTime();
            IntStream.rangeClosed(1, 20_000).forEach(step -> store.log(Samples.step(run, step, 1.0 / step)));
            final Duration noted = Duration.ofNanos(System.nanoTime() - begin);
            store.flush();
            assertThat(store.steps(run)).hasSize(20_000);
            assertThat(noted).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void aNoteOfAnUnknownRunIsToldAtTheNextFlushAndTheOthersAreKept() {
        try (ExperimentStore store = ExperimentStore.open(home)) {
            final String run = running(store);
            store.log(Samples.step(run, 1, 1));
            store.log(Samples.step("0077", 1, 1));
            store.log(Samples.step(run, 2, 1));
            assertThatThrownBy(store::flush).isInstanceOf(StoreException.class);
            store.flush();
            assertThat(store.steps(run)).hasSize(2);
        }
    }

    @Test
    void closingWritesWhatWasNoted() {
        final String run;
        try (ExperimentStore store = ExperimentStore.open(home)) {
            run = running(store);
            store.log(Samples.step(run, 1, 0.5));
        }
        try (ExperimentStore store = ExperimentStore.open(home)) {
            assertThat(store.steps(run)).containsExactly(Samples.step(run, 1, 0.5));
        }
    }

    @Test
    void resumingForgetsWhatComesAgain() {
        try (ExperimentStore store = ExperimentStore.open(home)) {
            final String run = running(store);
            IntStream.rangeClosed(1, 9).forEach(step -> store.log(Samples.step(run, step, 1)));
            store.checkpoint(Samples.checkpoint(run, 4));
            store.checkpoint(Samples.checkpoint(run, 8));
            store.fail(run, "over the budget", Optional.of("{\"op\":\"gelu\"}"));
            assertThat(store.run(run).error()).contains("over the budget");
            assertThat(store.run(run).failureJson()).contains("{\"op\":\"gelu\"}");
            store.amend(run, Samples.run("smaller batch"));
            store.resume(run, 4, "with a smaller batch");
            assertThat(store.steps(run)).extracting(StoredStep::step).containsExactly(1, 2, 3, 4);
            assertThat(store.checkpoints(run)).containsExactly(Samples.checkpoint(run, 4));
            assertThat(store.run(run).error()).isEmpty();
            assertThat(store.run(run).asked().name()).isEqualTo("smaller batch");
        }
    }

    @Test
    void newestTwoAndBestCheckpointStay() {
        try (ExperimentStore store = ExperimentStore.open(home)) {
            final String run = running(store);
            final Map<Integer, Double> accuracy = Map.of(10, 0.8, 20, 0.9, 30, 0.9, 40, 0.85, 50, 0.7);
            List.of(10, 20, 30, 40, 50).forEach(step -> {
                store.log(new StoredEvaluation(run, step, 1, 1, 1, Map.of("accuracy", accuracy.get(step), "loss", 60.0 - step), 1));
                store.checkpoint(Samples.checkpoint(run, step));
            });
            assertThat(store.prunableCheckpoints(run, "accuracy", true)).extracting(StoredCheckpoint::step).containsExactly(20, 10);
            assertThat(store.prunableCheckpoints(run, "accuracy", false)).extracting(StoredCheckpoint::step).containsExactly(30, 20, 10);
            assertThat(store.prunableCheckpoints(run, "unmeasured", true)).extracting(StoredCheckpoint::step).containsExactly(30, 20, 10);
            store.forgetCheckpoint(run, 10);
            assertThat(store.checkpoints(run)).extracting(StoredCheckpoint::step).containsExactly(50, 40, 30, 20);
            assertThat(store.run(run).checkpointStep()).isEqualTo(50);
        }
    }

    @Test
    void figuresAndSettingsAreKept() {
        final Measured measured = new Measured(5L << 30, "{\"weights\":1}", 5L << 30, 12.5, 16_000);
        final String run;
        try (ExperimentStore store = ExperimentStore.open(home)) {
            run = running(store);
            assertThat(store.run(run).measured()).isEmpty();
            store.measured(run, measured);
            assertThat(store.setting("theme")).isEmpty();
            store.setting("theme", "\"light\"");
            store.setting("theme", "\"dark\"");
        }
        try (ExperimentStore store = ExperimentStore.open(home)) {
            assertThat(store.run(run).measured()).contains(measured);
            assertThat(store.setting("theme")).contains("\"dark\"");
        }
    }

    @Test
    void anInterruptedCallerIsServedAndTheFileStaysOpen() {
        try (ExperimentStore store = ExperimentStore.open(home)) {
            final String run = running(store);
            Thread.currentThread().interrupt();
            store.move(run, RunState.PAUSED, "while interrupted");
            assertThat(store.run(run).state()).isEqualTo(RunState.PAUSED);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(store.runs()).hasSize(1);
        }
    }

    @Test
    void aRunOfADeadProcessIsOfferedAndTakenOver() {
        final String run;
        final String planned;
        try (ExperimentStore dead = ExperimentStore.open(home, Samples.DEAD)) {
            run = running(dead);
            planned = dead.create(Samples.run("never begun")).id();
            final String ended = running(dead);
            dead.move(ended, RunState.STOPPED, "asked");
        }
        try (ExperimentStore store = ExperimentStore.open(home)) {
            assertThat(store.interruptedRuns()).extracting(StoredRun::id).containsExactly(run);
            store.resume(run, 0, "resumed");
            store.move(run, RunState.RUNNING, "loaded");
            assertThat(store.interruptedRuns()).isEmpty();
            assertThat(store.run(run).owner()).isEqualTo(Owner.thisProcess());
            assertThatThrownBy(() -> store.resume(run, 0, "again")).isInstanceOf(StoreException.class);
            store.move(planned, RunState.STOPPED, "left");
        }
    }

    @Test
    void aRunOfALivingProcessIsNotTakenOver() {
        final Owner other = ProcessHandle.current().parent()
                .map(parent -> new Owner(Owner.thisProcess().host(), parent.pid(), parent.info().startInstant().orElse(Instant.EPOCH)))
                .orElseThrow(CancellationException::new);
        try (ExperimentStore theirs = ExperimentStore.open(home, other); ExperimentStore ours = ExperimentStore.open(home)) {
            final String run = running(theirs);
            assertThat(ours.interruptedRuns()).isEmpty();
            assertThatThrownBy(() -> ours.resume(run, 0, "mine")).hasMessageContaining("is RUNNING in another process (" + other.pid());
            assertThatThrownBy(() -> ours.move(run, RunState.STOPPED, "mine")).hasMessageContaining("in another process");
        }
    }

    private static String running(ExperimentStore store) {
        final String run = store.create(Samples.run("a")).id();
        store.move(run, RunState.LOADING, "started");
        store.move(run, RunState.RUNNING, "loaded");
        return run;
    }
}
