package headroom.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ManyProcessesTest {
    @TempDir
    Path home;

    @Test
    void whateverWasPromisedIsThereAfterAKill() throws IOException, InterruptedException {
        final Random random = new Random(20_260_101);
        for (int round = 0; round < 4; round++) {
            final List<String> promised = new ArrayList<>();
            try (StoreProcess child = StoreProcess.start(home, StoreProcess.Task.WRITE)) {
                promised.add(child.next());
                Thread.sleep(random.nextInt(20, 900));
                child.kill();
                promised.addAll(child.rest());
                child.exitCode();
            }
            try (ExperimentStore store = ExperimentStore.open(home)) {
                assertThat(promised).doesNotContainNull().allSatisfy(promise -> holds(store, promise));
                store.runs().forEach(run -> isConsistent(store, run));
                final List<StoredRun> interrupted = store.interruptedRuns();
                assertThat(interrupted).hasSizeLessThanOrEqualTo(1);
                for (final StoredRun run : interrupted) {
                    store.resume(run.id(), Math.max(0, run.checkpointStep()), "resumed");
                    store.move(run.id(), RunState.STOPPED, "enough");
                }
            }
            try (Stream<Path> files = Files.list(home)) {
                assertThat(files).extracting(file -> file.getFileName().toString()).containsExactly("experiments.mv.db");
            }
        }
    }

    private static void holds(ExperimentStore store, String promise) {
        final String[] words = promise.split(" ");
        if (words[1].equals("CHECKPOINT")) {
            assertThat(store.checkpoints(words[0])).as(promise).containsExactly(Samples.checkpoint(words[0], 50));
            assertThat(store.steps(words[0])).as(promise).hasSize(50);
            assertThat(store.memory(words[0], 50)).as(promise).isEqualTo(Samples.memory(words[0], 50));
        } else {
            assertThat(store.transitions(words[0])).as(promise).extracting(change -> change.to().name()).contains(words[1]);
        }
    }

    /** The state is the last transition's, transitions follow one another, and steps have no gap. */
    private static void isConsistent(ExperimentStore store, StoredRun run) {
        final List<StoredTransition> changes = store.transitions(run.id());
        assertThat(changes.getLast().to()).isEqualTo(run.state());
        IntStream.range(1, changes.size())
                .forEach(i -> assertThat(changes.get(i).from()).contains(changes.get(i - 1).to()));
        final List<StoredStep> steps = store.steps(run.id());
        assertThat(steps).isEqualTo(IntStream.rangeClosed(1, steps.size())
                .mapToObj(step -> Samples.step(run.id(), step, 1.0 / step)).toList());
    }

    @Test
    void aSecondProcessSharesTheHomeWhileTheFirstIsOpen() throws IOException, InterruptedException {
        try (ExperimentStore store = ExperimentStore.open(home);
                StoreProcess other = StoreProcess.start(home, StoreProcess.Task.ONE_RUN)) {
            final String mine = store.create(Samples.run("mine")).id();
            assertThat(other.next()).isEqualTo("0002 PLANNED");
            assertThat(other.next()).isEqualTo("0002 LOADING");
            assertThat(other.next()).isEqualTo("0002 RUNNING");
            assertThat(store.run("0002").state()).isEqualTo(RunState.RUNNING);
            assertThat(store.interruptedRuns()).as("its process lives").isEmpty();
            assertThatThrownBy(() -> store.resume("0002", 0, "mine now")).hasMessageContaining("in another process");
            other.goOn();
            assertThat(other.rest()).containsExactly("0002 FINISHED");
            assertThat(other.exitCode()).isZero();
            assertThat(store.steps("0002")).hasSize(1);
            store.move(mine, RunState.LOADING, "still works");
        }
    }

    @Test
    void theSecondProcessGoesOnWhenTheFirstEnds() throws IOException, InterruptedException {
        try (StoreProcess first = StoreProcess.start(home, StoreProcess.Task.ONE_RUN)) {
            untilRunning(first);
            try (ExperimentStore second = ExperimentStore.open(home)) {
                final String mine = second.create(Samples.run("mine")).id();
                second.log(Samples.step(mine, 1, 1));
                first.goOn();
                assertThat(first.rest()).containsExactly("0001 FINISHED");
                assertThat(first.exitCode()).isZero();
                second.log(Samples.step(mine, 2, 1));
                second.move(mine, RunState.LOADING, "goes on");
                assertThat(second.steps(mine)).hasSize(2);
                assertThat(second.run("0001").state()).isEqualTo(RunState.FINISHED);
            }
        }
    }

    @Test
    void theSecondProcessGoesOnWhenTheFirstIsKilled() throws IOException, InterruptedException {
        try (StoreProcess first = StoreProcess.start(home, StoreProcess.Task.ONE_RUN)) {
            untilRunning(first);
            try (ExperimentStore second = ExperimentStore.open(home)) {
                final String mine = second.create(Samples.run("mine")).id();
                first.kill();
                first.exitCode();
                second.move(mine, RunState.LOADING, "goes on");
                assertThat(second.transitions(mine)).hasSize(2);
                assertThat(second.interruptedRuns()).extracting(StoredRun::id).containsExactly("0001");
            }
        }
    }

    @Test
    void twoProcessesMayBeginTheSameHomeAtOnce() throws IOException, InterruptedException {
        try (StoreProcess one = StoreProcess.start(home, StoreProcess.Task.ONE_RUN);
                StoreProcess two = StoreProcess.start(home, StoreProcess.Task.ONE_RUN)) {
            untilRunning(one);
            untilRunning(two);
            one.goOn();
            two.goOn();
            assertThat(one.exitCode()).isZero();
            assertThat(two.exitCode()).isZero();
        }
        try (ExperimentStore store = ExperimentStore.open(home)) {
            assertThat(store.runs()).hasSize(2).allSatisfy(run -> assertThat(run.state()).isEqualTo(RunState.FINISHED));
        }
    }

    private static void untilRunning(StoreProcess process) throws IOException {
        String told = process.next();
        while (told != null && !told.endsWith("RUNNING")) {
            told = process.next();
        }
        assertThat(told).as("what the other process told last").isNotNull();
    }
}
