package headroom.engine.workbench;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * Answers requests in the background, and only the newest of each lane: a newer request cancels the unfinished older one of its lane,
 * so that a slider that is dragged asks often and waits for one answer only.
 *
 * <p>Two threads at most: a training run shares the processor.
 */
final class NewestWins implements AutoCloseable {
    private final Map<String, Job<?>> lanes = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(2, Thread.ofPlatform().daemon().name("plan-", 0).factory());

    /**
     * @param work is given what tells it whether a newer request has come
     * @return ends with {@link CancellationException} when a newer request of the lane came first
     */
    <T> CompletableFuture<T> ask(String lane, Function<Progress, T> work) {
        final Job<T> job = new Job<>();
        final Job<?> older = lanes.put(lane, job);
        if (older != null) {
            older.answer.cancel(false);
        }
        try {
            threads.execute(() -> job.run(work));
        } catch (RejectedExecutionException _) {
            job.answer.cancel(false);
        }
        return job.answer;
    }

    /** Cancels what is unfinished; waiting futures end with {@link CancellationException}. */
    @Override
    public void close() {
        lanes.values().forEach(job -> job.answer.cancel(false));
        threads.shutdown();
    }

    private static final class Job<T> implements Progress {
        private final CompletableFuture<T> answer = new CompletableFuture<>();

        @Override
        public void at(At at) {
            // a lane shows answers, not how far they are
        }

        @Override
        public boolean cancelled() {
            return answer.isDone();
        }

        private void run(Function<Progress, T> work) {
            if (cancelled()) {
                return;
            }
            try {
                answer.complete(work.apply(this));
            } catch (CancellationException _) {
                answer.cancel(false);
            } catch (Throwable failure) {
                // whoever asked is told, whatever it is; the thread goes on with the next request
                answer.completeExceptionally(failure);
            }
        }
    }
}
