package headroom.engine.store;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/** Checkpoints on disk, and which of them may go. */
final class CheckpointTable {
    private static final int NEWEST_KEPT = 2;

    private CheckpointTable() {}

    static int put(Handle handle, StoredCheckpoint checkpoint) {
        return handle.createUpdate("merge into checkpoints (run, step, folder, bytes, hash, verified, created) key (run, step)"
                        + " values (:run, :step, :folder, :bytes, :hash, :verified, :created)")
                .bind("run", RunTable.number(checkpoint.run())).bind("step", checkpoint.step())
                .bind("folder", checkpoint.folder().toString()).bind("bytes", checkpoint.bytes()).bind("hash", checkpoint.hash())
                .bind("verified", checkpoint.verified()).bind("created", LogTables.instant(checkpoint.created())).execute();
    }

    static int remove(Handle handle, String run, int step) {
        return handle.execute("delete from checkpoints where run = ? and step = ?", RunTable.number(run), step);
    }

    /** Newest first. */
    static List<StoredCheckpoint> of(Handle handle, String run) {
        return handle.createQuery("select * from checkpoints where run = ? order by step desc").bind(0, RunTable.number(run))
                .map((row, context) -> new StoredCheckpoint(run, row.getInt("step"), Path.of(row.getString("folder")),
                        row.getLong("bytes"), row.getString("hash"), row.getBoolean("verified"),
                        row.getObject("created", Instant.class))).list();
    }

    /** All but the newest two and the one whose evaluation was best; of equally good ones the newest stays. */
    static List<StoredCheckpoint> prunable(Handle handle, String run, String metric, boolean higherIsBetter) {
        final List<StoredCheckpoint> all = of(handle, run);
        final Comparator<Scored> order = higherIsBetter
                ? Comparator.comparingDouble(Scored::amount).reversed() : Comparator.comparingDouble(Scored::amount);
        final Stream<Scored> scores = handle.createQuery("select v.step, v.amount from evals v join checkpoints c"
                        + " on c.run = v.run and c.step = v.step where v.run = ? and v.metric = ?")
                .bind(0, RunTable.number(run)).bind(1, metric)
                .map((row, context) -> new Scored(row.getInt("step"), row.getDouble("amount"))).list().stream();
        final Optional<Scored> best = scores.filter(score -> !Double.isNaN(score.amount()))
                .min(order.thenComparing(Comparator.comparingInt(Scored::step).reversed()));
        return all.stream().skip(NEWEST_KEPT)
                .filter(checkpoint -> best.isEmpty() || best.get().step() != checkpoint.step()).toList();
    }

    private record Scored(int step, double amount) {}
}
