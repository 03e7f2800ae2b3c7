package headroom.engine.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Writes what runs note down, in the background and in batches. A note costs the engine thread a place in a queue; when writing fails the
 * notes are kept and tried again, and whoever flushes is told.
 */
final class LogWriter implements AutoCloseable {
    /** Notes waiting before the run is stopped by an error: hours of failed writing, not a burst. */
    private static final int PATIENCE = 200_000;
    /** Notes are gathered this long, so that a fast run costs ten transactions a second and not hundreds. */
    private static final int GATHER_MILLIS = 100;
    private static final int RETRY_MILLIS = 1_000;

    private sealed interface Item {}

    private record Note(LogEntry entry) implements Item {}

    private record Flush(CompletableFuture<Void> done) implements Item {}

    private record End() implements Item {}

    private final Database database;
    private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private final List<LogEntry> unwritten = new ArrayList<>();
    private final Thread thread = Thread.ofPlatform().daemon().name("experiments-log").unstarted(this::writeUntilEnd);
    private volatile RuntimeException failure;
    /** Why the tables will never take a note (its run does not exist); told at the next flush. Used by the writing thread alone. */
    private RuntimeException refusal;
    private volatile boolean ended;

    LogWriter(Database database) {
        this.database = database;
        thread.start();
    }

    void add(LogEntry entry) {
        if (ended) {
            throw new IllegalStateException("the store is closed; cannot note " + entry);
        }
        final RuntimeException failed = failure;
        if (failed != null && queue.size() > PATIENCE) {
            throw failed;
        }
        queue.add(new Note(entry));
    }

    /** Returns when everything noted before is on the disk; throws what writing failed with. */
    void flush() {
        if (ended) {
            throw new IllegalStateException("the store is closed");
        }
        final CompletableFuture<Void> done = new CompletableFuture<>();
        queue.add(new Flush(done));
        try {
            done.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    private void writeUntilEnd() {
        final List<Item> items = new ArrayList<>();
        while (!ended) {
            items.clear();
            gather(items);
            final List<CompletableFuture<Void>> waiting = new ArrayList<>();
            for (final Item item : items) {
                switch (item) {
                    case Note note -> unwritten.add(note.entry());
                    case Flush flush -> waiting.add(flush.done());
                    case End end -> ended = true;
                }
            }
            settle(waiting);
        }
    }

    private void gather(List<Item> items) {
        try {
            final Item first = unwritten.isEmpty() ? queue.take() : queue.poll(RETRY_MILLIS, TimeUnit.MILLISECONDS);
            if (first == null) {
                return;
            }
            items.add(first);
            final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
            Item last = first;
            while (last instanceof Note) {
                last = queue.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (last == null) {
                    return;
                }
                items.add(last);
            }
        } catch (InterruptedException nobodyDoesThis) {
            throw new IllegalStateException("the thread that writes experiments was interrupted", nobodyDoesThis);
        }
    }

    private void settle(List<CompletableFuture<Void>> waiting) {
        try {
            if (!unwritten.isEmpty()) {
                write(List.copyOf(unwritten));
                unwritten.clear();
            }
            if (!waiting.isEmpty()) {
                database.sync();
            }
            failure = null;
            final RuntimeException refused = refusal;
            if (refused == null) {
                waiting.forEach(done -> done.complete(null));
            } else if (!waiting.isEmpty()) {
                refusal = null;
                waiting.forEach(done -> done.completeExceptionally(refused));
            }
        } catch (RuntimeException failed) {
            failure = failed;
            waiting.forEach(done -> done.completeExceptionally(failed));
        }
    }

    private void write(List<LogEntry> batch) {
        try {
            database.write(handle -> {
                LogTables.write(handle, batch);
                return batch.size();
            });
        } catch (RuntimeException failed) {
            if (!Database.refusedByTables(failed)) {
                throw failed;
            }
            if (batch.size() > 1) {
                batch.forEach(entry -> write(List.of(entry)));
            } else {
                refusal = failed;
            }
        }
    }

    @Override
    public void close() {
        if (ended) {
            return;
        }
        try {
            flush();
        } finally {
            queue.add(new End());
            try {
                thread.join();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
