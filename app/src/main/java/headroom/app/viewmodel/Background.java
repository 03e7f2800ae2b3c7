package headroom.app.viewmodel;

import headroom.engine.workbench.Problem;
import headroom.engine.workbench.WorkbenchException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javafx.application.Platform;

/** Work that may take more than a frame: done on a thread of its own, answered on the window's thread. */
public final class Background implements AutoCloseable {
    private final ExecutorService thread;

    /** @param name of the thread; work of one background runs one after the other */
    public Background(String name) {
        thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().name(name).daemon().factory());
    }

    /**
     * @param then gets the result on the window's thread
     * @param failed gets what went wrong there; work that was cancelled says nothing
     */
    public <T> void work(Supplier<T> job, Consumer<T> then, Consumer<Problem> failed) {
        try {
            thread.execute(() -> run(job, then, failed));
        } catch (RejectedExecutionException _) {
            // the window is closing
        }
    }

    private static <T> void run(Supplier<T> job, Consumer<T> then, Consumer<Problem> failed) {
        try {
            final T result = job.get();
            Platform.runLater(() -> then.accept(result));
        } catch (CancellationException _) {
            // whoever cancelled it knows
        } catch (RuntimeException | LinkageError failure) {
            Platform.runLater(() -> failed.accept(problem(failure)));
        }
    }

    /** What went wrong, in words for a person; what nobody foresaw keeps its trace for a report. */
    static Problem problem(Throwable failure) {
        final Throwable cause = failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof WorkbenchException known) {
            return known.problem();
        }
        return new WorkbenchException(new Problem("This failed unexpectedly: " + cause.getMessage() + ".", "Nothing was changed.",
                List.of("Try again; if it fails again, copy the report."), ""), cause).problem();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
