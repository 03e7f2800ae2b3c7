package headroom.engine.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The tables that grow while a run goes on: steps, evaluations, memory, events. */
final class LogTables {
    private static final String CATEGORIES = "weights, adapter, gradients, optimizer, activations, workspace, data";

    private LogTables() {}

    /** Writes entries of all kinds, each kind as one batch, in the order given within a kind. */
    static void write(Handle handle, List<LogEntry> entries) {
        final List<StoredStep> steps = new ArrayList<>();
        final List<StoredEvaluation> evaluations = new ArrayList<>();
        final List<StoredEvent> events = new ArrayList<>();
        for (final LogEntry entry : entries) {
            switch (entry) {
                case StoredStep step -> steps.add(step);
                case StoredEvaluation evaluation -> evaluations.add(evaluation);
                case StoredEvent event -> events.add(event);
                case StoredMemory memory -> memory(handle, memory);
            }
        }
        steps(handle, steps);
        evaluations(handle, evaluations);
        events(handle, events);
    }

    private static void steps(Handle handle, List<StoredStep> steps) {
        if (steps.isEmpty()) {
            return;
        }
        try (PreparedBatch batch = handle.prepareBatch("merge into steps (run, step, loss, tokens, seconds, epoch, learning_rate,"
                + " gradient_norm, tokens_per_second, peak_bytes) key (run, step) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (final StoredStep s : steps) {
                final Double norm = Double.isNaN(s.gradientNorm()) ? null : Double.valueOf(s.gradientNorm());
                batch.bind(0, RunTable.number(s.run())).bind(1, s.step()).bind(2, s.loss()).bind(3, s.tokens()).bind(4, s.seconds())
                        .bind(5, s.epoch()).bind(6, s.learningRate()).bind(7, norm).bind(8, s.tokensPerSecond()).bind(9, s.peakBytes())
                        .add();
            }
            batch.execute();
        }
    }

    private static void evaluations(Handle handle, List<StoredEvaluation> evaluations) {
        for (final StoredEvaluation e : evaluations) {
            final int run = RunTable.number(e.run());
            handle.execute("delete from evaluations where run = ? and step = ?", run, e.step());
            handle.execute("insert into evaluations (run, step, tokens, seconds, epoch, peak_bytes) values (?, ?, ?, ?, ?, ?)",
                    run, e.step(), e.tokens(), e.seconds(), e.epoch(), e.peakBytes());
            e.metrics().forEach((metric, amount) -> handle.execute(
                    "insert into evals (run, step, metric, amount) values (?, ?, ?, ?)", run, e.step(), metric, amount));
        }
    }

    private static void events(Handle handle, List<StoredEvent> events) {
        for (final StoredEvent e : events) {
            handle.execute("merge into events (run, at, step, level, title, detail) key (run, at, step, title)"
                            + " values (?, ?, ?, ?, ?, ?)",
                    RunTable.number(e.run()), instant(e.at()), e.step(), e.level().name(), e.title(), e.detail());
        }
    }

    private static void memory(Handle handle, StoredMemory memory) {
        final int run = RunTable.number(memory.run());
        handle.execute("delete from memory_samples where run = ? and step = ?", run, memory.step());
        handle.execute("delete from layer_peaks where run = ? and step = ?", run, memory.step());
        if (!memory.samples().isEmpty()) {
            try (PreparedBatch batch = handle.prepareBatch("insert into memory_samples (run, step, instant, seconds, phase, op, owner, "
                    + CATEGORIES + ", host_bytes) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
                for (final StoredMemory.Sample s : memory.samples()) {
                    batch.bind(0, run).bind(1, memory.step()).bind(2, s.instant()).bind(3, s.seconds()).bind(4, s.phase()).bind(5, s.op())
                            .bind(6, s.owner());
                    bind(batch, 7, s.bytes()).bind(14, s.hostBytes()).add();
                }
                batch.execute();
            }
        }
        if (!memory.layers().isEmpty()) {
            try (PreparedBatch batch = handle.prepareBatch("insert into layer_peaks (run, step, number, layer, " + CATEGORIES
                    + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
                int number = 0;
                for (final StoredMemory.Layer layer : memory.layers()) {
                    batch.bind(0, run).bind(1, memory.step()).bind(2, number++).bind(3, layer.layer());
                    bind(batch, 4, layer.bytes()).add();
                }
                batch.execute();
            }
        }
    }

    private static PreparedBatch bind(PreparedBatch batch, int from, CategoryColumns b) {
        return batch.bind(from, b.weights()).bind(from + 1, b.adapter()).bind(from + 2, b.gradients()).bind(from + 3, b.optimizer())
                .bind(from + 4, b.activations()).bind(from + 5, b.workspace()).bind(from + 6, b.data());
    }

    static List<StoredStep> stepsOf(Handle handle, String run) {
        return handle.createQuery("select * from steps where run = ? order by step").bind(0, RunTable.number(run))
                .map((row, context) -> {
                    final Double norm = row.getObject("gradient_norm", Double.class);
                    return new StoredStep(run, row.getInt("step"), row.getDouble("loss"), row.getLong("tokens"),
                            row.getDouble("seconds"), row.getDouble("epoch"), row.getDouble("learning_rate"),
                            norm == null ? Double.NaN : norm, row.getDouble("tokens_per_second"), row.getLong("peak_bytes"));
                }).list();
    }

    static List<StoredEvaluation> evaluationsOf(Handle handle, String run) {
        final Map<Integer, Map<String, Double>> metrics = new LinkedHashMap<>();
        handle.createQuery("select step, metric, amount from evals where run = ?").bind(0, RunTable.number(run))
                .map((row, context) -> metrics.computeIfAbsent(row.getInt("step"), step -> new LinkedHashMap<>())
                        .put(row.getString("metric"), row.getDouble("amount"))).list();
        return handle.createQuery("select * from evaluations where run = ? order by step").bind(0, RunTable.number(run))
                .map((row, context) -> new StoredEvaluation(run, row.getInt("step"), row.getLong("tokens"), row.getDouble("seconds"),
                        row.getDouble("epoch"), metrics.getOrDefault(row.getInt("step"), Map.of()), row.getLong("peak_bytes"))).list();
    }

    static List<StoredEvent> eventsOf(Handle handle, String run) {
        return handle.createQuery("select * from events where run = ? order by id").bind(0, RunTable.number(run))
                .map((row, context) -> new StoredEvent(run, row.getObject("at", Instant.class), row.getInt("step"),
                        StoredEvent.Level.valueOf(row.getString("level")), row.getString("title"), row.getString("detail"))).list();
    }

    static List<Integer> stepsWithMemory(Handle handle, String run) {
        return handle.createQuery("select distinct step from memory_samples where run = ? order by step")
                .bind(0, RunTable.number(run)).mapTo(Integer.class).list();
    }

    static StoredMemory memoryOf(Handle handle, String run, int step) {
        final List<StoredMemory.Sample> samples = handle
                .createQuery("select * from memory_samples where run = ? and step = ? order by instant")
                .bind(0, RunTable.number(run)).bind(1, step)
                .map((row, context) -> new StoredMemory.Sample(row.getInt("instant"), row.getDouble("seconds"), row.getString("phase"),
                        row.getString("op"), row.getString("owner"), categories(row), row.getLong("host_bytes"))).list();
        final List<StoredMemory.Layer> layers = handle
                .createQuery("select * from layer_peaks where run = ? and step = ? order by number")
                .bind(0, RunTable.number(run)).bind(1, step)
                .map((row, context) -> new StoredMemory.Layer(row.getString("layer"), categories(row))).list();
        return new StoredMemory(run, step, samples, layers);
    }

    private static CategoryColumns categories(ResultSet row) throws SQLException {
        return new CategoryColumns(row.getLong("weights"), row.getLong("adapter"), row.getLong("gradients"), row.getLong("optimizer"),
                row.getLong("activations"), row.getLong("workspace"), row.getLong("data"));
    }

    /** An instant as H2 keeps it, to the nanosecond and free of the machine's time zone. */
    static Argument instant(Instant instant) {
        return (position, statement, context) -> statement.setObject(position, instant);
    }
}
