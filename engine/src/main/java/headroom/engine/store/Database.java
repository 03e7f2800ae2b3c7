package headroom.engine.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.h2.api.ErrorCode;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The open database: connections, and the threads that use them.
 *
 * <p>Work runs on threads of the store and the caller waits, because H2 closes its file when a thread is interrupted while it reads or
 * writes, and windows do interrupt their background tasks.
 */
final class Database implements AutoCloseable {
    private static final int CONNECTIONS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Path file;
    private final HikariDataSource connections;
    private final Jdbi jdbi;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            CONNECTIONS, Thread.ofPlatform().daemon().name("experiments-", 0).factory());

    private Database(Path file, HikariDataSource connections) {
        this.file = file;
        this.connections = connections;
        this.jdbi = Jdbi.create(connections);
    }

    /** Checks, migrates and opens; see {@link DatabaseFile} for what it refuses. */
    static Database open(DatabaseFile file) {
        try (Connection _ = file.prepare()) {
            final HikariConfig config = new HikariConfig();
            config.setPoolName("experiments");
            config.setDataSource(file.shared());
            config.setMaximumPoolSize(CONNECTIONS);
            config.setMaxLifetime(0);
            return new Database(file.path(), new HikariDataSource(config));
        } catch (SQLException failed) {
            throw new StoreException("The experiments in " + file.path() + " cannot be opened: " + innermost(failed) + ".",
                    "What was stored is kept.", "Close other windows and commands of Headroom on this folder, then try again.", failed);
        }
    }

    interface Work<T> {
        T with(Handle handle);
    }

    /** Reads. */
    <T> T read(Work<T> work) {
        return run(() -> jdbi.withHandle(work::with));
    }

    /** Writes everything or nothing; it reaches the disk within a second. Must bear being run twice, see {@link #run}. */
    <T> T write(Work<T> work) {
        return run(() -> jdbi.inTransaction(work::with));
    }

    /** As {@link #write}, and on the disk when this returns. */
    <T> T writeDurably(Work<T> work) {
        return run(() -> jdbi.withHandle(handle -> {
            final T result = handle.inTransaction(work::with);
            handle.execute("checkpoint sync");
            return result;
        }));
    }

    /** Brings what was committed to the disk. */
    void sync() {
        run(() -> jdbi.withHandle(handle -> handle.execute("checkpoint sync")));
    }

    /**
     * Another process may have held the file for both of us and ended: its connections break, for as long as it takes to close the file,
     * and the next one opens the file here. So work is tried again on new connections.
     */
    private <T> T run(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(() -> {
                final long end = System.nanoTime() + PATIENCE.toNanos();
                while (true) {
                    try {
                        return work.get();
                    } catch (StoreException refused) {
                        throw refused;
                    } catch (RuntimeException failed) {
                        if (!connectionLost(failed) || System.nanoTime() > end) {
                            throw failed;
                        }
                        // the pool believes in a connection for half a second after its last use
                        connections.getHikariPoolMXBean().softEvictConnections();
                        LockSupport.parkNanos(PAUSE.toNanos());
                    }
                }
            }, threads).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof StoreException refused) {
                throw refused;
            }
            throw new StoreException("The experiments in " + file + " could not be read or written: " + innermost(failed) + ".",
                    "What was stored before is kept.", "Look for a full disk or a file system that has gone away, then try again.",
                    failed.getCause());
        }
    }

    private static boolean connectionLost(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && (sql.getErrorCode() == ErrorCode.CONNECTION_BROKEN_1
                    || sql.getErrorCode() == ErrorCode.DATABASE_IS_CLOSED || sql.getErrorCode() == ErrorCode.OBJECT_CLOSED
                    || sql.getErrorCode() == ErrorCode.DATABASE_CALLED_AT_SHUTDOWN
                    || sql.getErrorCode() == ErrorCode.DATABASE_IS_IN_EXCLUSIVE_MODE
                    || String.valueOf(sql.getSQLState()).startsWith("08"))) {
                return true;
            }
        }
        return false;
    }

    /** The statement broke a rule of the tables: trying it again cannot help. */
    static boolean refusedByTables(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && String.valueOf(sql.getSQLState()).startsWith("23")) {
                return true;
            }
        }
        return false;
    }

    static String innermost(Throwable failed) {
        Throwable cause = failed;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        final String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return message.lines().findFirst().orElse(message);
    }

    @Override
    public void close() {
        threads.close();
        connections.close();
    }
}
