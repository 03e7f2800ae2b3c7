package headroom.engine.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NewestWinsTest {
    private final NewestWins lanes = new NewestWins();

    @AfterEach
    void close() {
        lanes.close();
    }

    @Test
    void aNewerRequestCancelsTheOlderOneOfItsLaneOnly() throws Exception {
        final CountDownLatch begun = new CountDownLatch(2);
        final CountDownLatch go = new CountDownLatch(1);
        final CompletableFuture<String> old = lanes.ask("what-if", progress -> {
            begun.countDown();
            await(go);
            if (progress.cancelled()) {
                throw new CancellationException();
            }
            return "old";
        });
        final CompletableFuture<String> other = lanes.ask("badge", progress -> {
            begun.countDown();
            await(go);
            return progress.cancelled() ? "cancelled" : "other";
        });
        assertThat(begun.await(5, TimeUnit.SECONDS)).isTrue();
        final CompletableFuture<String> newest = lanes.ask("what-if", _ -> "newest");
        assertThatThrownBy(old::join).isInstanceOf(CancellationException.class);
        go.countDown();
        assertThat(newest.get(5, TimeUnit.SECONDS)).isEqualTo("newest");
        assertThat(other.get(5, TimeUnit.SECONDS)).isEqualTo("other");
    }

    @Test
    void aFailureReachesWhoAskedAndTheLaneGoesOn() throws Exception {
        final CompletableFuture<String> failing = lanes.ask("what-if", _ -> {
            throw new WorkbenchException(Problem.of("There is no model 'x'.", ""));
        });
        assertThatThrownBy(failing::join).isInstanceOf(CompletionException.class).hasCauseInstanceOf(WorkbenchException.class);
        assertThat(lanes.ask("what-if", _ -> "fine").get(5, TimeUnit.SECONDS)).isEqualTo("fine");
    }

    @Test
    void closingEndsWhatIsWaitedFor() {
        final CountDownLatch never = new CountDownLatch(1);
        final CompletableFuture<String> waiting = lanes.ask("what-if", _ -> {
            await(never);
            return "late";
        });
        lanes.close();
        assertThatThrownBy(waiting::join).isInstanceOf(CancellationException.class);
        never.countDown();
        assertThatThrownBy(lanes.ask("what-if", _ -> "after")::join).isInstanceOf(CancellationException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
