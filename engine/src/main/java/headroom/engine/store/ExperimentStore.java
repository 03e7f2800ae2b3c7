package headroom.engine.store;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * All experiments of a home folder.
 *
 * <p>Thread-safe; several processes of one machine may have the same home open. Two kinds of writing: what a run must never forget (its
 * creation, every change of state, checkpoints) is on the disk when the call returns; what it notes on its way ({@link #log}) is
 * written in the background within a second and on the disk at the next durable call. Every call may throw {@link StoreException}.
 */
public final class ExperimentStore implements AutoCloseable {
    private final Path file;
    private final Owner owner;
    private final Database database;
    private final LogWriter writer;

    private ExperimentStore(Path file, Owner owner, Database database) {
        this.file = file;
        this.owner = owner;
        this.database = database;
        this.writer = new LogWriter(database);
    }

    /**
     * Opens or begins {@code experiments.mv.db} in {@code home}, and brings tables of an older program up to date (a copy of the older
     * file stays beside it).
     *
     * @throws StoreException if the file is damaged (it is copied, never changed), is newer than this program (it is left
     *     untouched), or cannot be opened
     */
    public static ExperimentStore open(Path home) {
        return open(home, Owner.thisProcess());
    }

    /** As {@link #open(Path)} in the name of a process, which tests use to play a dead one. */
    static ExperimentStore open(Path home, Owner owner) {
        final DatabaseFile file = new DatabaseFile(home, DatabaseFile.SCRIPTS);
        return new ExperimentStore(file.path(), owner, Database.open(file));
    }

    public Path file() {
        return file;
    }

    /** Stores a run as PLANNED, owned by this process. Durable. */
    public StoredRun create(NewRun run) {
        final UUID uuid = UUID.randomUUID();
        final Instant now = Instant.now();
        final String id = database.writeDurably(handle -> RunTable.insert(handle, uuid, now, run, owner));
        return run(id);
    }

    /**
     * Takes a run of this process to another state; with its notes before it, durable.
     *
     * @throws StoreException if the state cannot follow the run's present one, or the run is live in another process
     */
    public void move(String run, RunState to, String reason) {
        writer.flush();
        final Instant now = Instant.now();
        database.writeDurably(handle -> RunTable.move(handle, run, to, now, reason, owner, false));
    }

    /** To FAILED, with the error and the figures behind it. Durable. */
    public void fail(String run, String error, Optional<String> failureJson) {
        writer.flush();
        final Instant now = Instant.now();
        database.writeDurably(handle -> {
            final RunState from = RunTable.move(handle, run, RunState.FAILED, now, error, owner, false);
            RunTable.failure(handle, run, error, failureJson);
            return from;
        });
    }

    /**
     * To LOADING, out of an ended state or one that a dead process left, with this process as owner; forgets the steps, evaluations, memory
     * and checkpoints after {@code step}, which will come again. Durable.
     *
     * @param step of the checkpoint that training goes on from; 0 to begin again
     * @throws StoreException if the run is live, here or in another process
     */
    public void resume(String run, int step, String reason) {
        writer.flush();
        final Instant now = Instant.now();
        database.writeDurably(handle -> {
            final RunState from = RunTable.move(handle, run, RunState.LOADING, now, reason, owner, true);
            for (final String table : List.of("steps", "evaluations", "memory_samples", "layer_peaks", "checkpoints")) {
                handle.execute("delete from " + table + " where run = ? and step > ?", RunTable.number(run), step);
            }
            return from;
        });
    }

    /** Replaces what a run was asked and planned with, when it is resumed with changes. Durable. */
    public void amend(String run, NewRun changed) {
        database.writeDurably(handle -> RunTable.amend(handle, run, changed));
    }

    /** Replaces the figures of what the run took. */
    public void measured(String run, Measured measured) {
        database.write(handle -> RunTable.measured(handle, run, measured));
    }

    /** Notes something on the way; returns at once. Notes of one kind are written in order. */
    public void log(LogEntry entry) {
        RunTable.number(entry.run());
        writer.add(entry);
    }

    /** Returns when everything noted before is on the disk; throws if it cannot be written. */
    public void flush() {
        writer.flush();
    }

    /** Takes in a checkpoint that is complete on disk, with everything noted before it. Durable. */
    public void checkpoint(StoredCheckpoint checkpoint) {
        writer.flush();
        database.writeDurably(handle -> CheckpointTable.put(handle, checkpoint));
    }

    /** Forgets a checkpoint. Durable; call it before the folder is deleted, so that no row names a folder that is half gone. */
    public void forgetCheckpoint(String run, int step) {
        database.writeDurably(handle -> CheckpointTable.remove(handle, run, step));
    }

    /** Newest first. */
    public List<StoredCheckpoint> checkpoints(String run) {
        return database.read(handle -> CheckpointTable.of(handle, run));
    }

    /** Checkpoints that may go: all but the newest two and the one whose evaluation had the best {@code metric}. */
    public List<StoredCheckpoint> prunableCheckpoints(String run, String metric, boolean higherIsBetter) {
        writer.flush();
        return database.read(handle -> CheckpointTable.prunable(handle, run, metric, higherIsBetter));
    }

    public StoredRun run(String run) {
        return database.read(handle -> RunTable.one(handle, run));
    }

    /** Newest first. */
    public List<StoredRun> runs() {
        return database.read(RunTable::all);
    }

    /** Runs in LOADING, RUNNING or PAUSED whose process is gone, newest first. */
    public List<StoredRun> interruptedRuns() {
        return runs().stream().filter(StoredRun::interrupted).toList();
    }

    /** Oldest first. */
    public List<StoredTransition> transitions(String run) {
        return database.read(handle -> RunTable.transitions(handle, run));
    }

    /** In order; what was noted within the last second may be missing, see {@link #flush}. */
    public List<StoredStep> steps(String run) {
        return database.read(handle -> LogTables.stepsOf(handle, run));
    }

    public List<StoredEvaluation> evaluations(String run) {
        return database.read(handle -> LogTables.evaluationsOf(handle, run));
    }

    /** Oldest first. */
    public List<StoredEvent> events(String run) {
        return database.read(handle -> LogTables.eventsOf(handle, run));
    }

    /** The steps that {@link #memory} knows. */
    public List<Integer> stepsWithMemory(String run) {
        return database.read(handle -> LogTables.stepsWithMemory(handle, run));
    }

    /** Memory through one step; empty where nothing was noted for it. */
    public StoredMemory memory(String run, int step) {
        return database.read(handle -> LogTables.memoryOf(handle, run, step));
    }

    public Optional<String> setting(String name) {
        return database.read(handle -> handle.createQuery("select json from settings where name = ?").bind(0, name)
                .mapTo(String.class).findOne());
    }

    public void setting(String name, String json) {
        database.write(handle -> handle.execute("merge into settings (name, json) key (name) values (?, ?)", name, json));
    }

    /** Writes what is still noted, then lets go of the file. */
    @Override
    public void close() {
        try {
            writer.close();
        } finally {
            database.close();
        }
    }
}
