package headroom.engine.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The runs and their states. */
final class RunTable {
    private static final String SELECT = """
            select r.*,
                   (select max(s.step) from steps s where s.run = r.id) as last_step,
                   (select s.loss from steps s where s.run = r.id order by s.step desc fetch first row only) as last_loss,
                   (select max(c.step) from checkpoints c where c.run = r.id) as checkpoint_step
              from runs r
            """;
    private static final String LAST_METRICS = """
            select v.run, v.metric, v.amount
              from evals v join (select run, max(step) as step from evaluations group by run) e on e.run = v.run and e.step = v.step
            """;

    private RunTable() {}

    /** {@code 42} of {@code 0042}. */
    static int number(String run) {
        try {
            return Integer.parseInt(run);
        } catch (NumberFormatException notANumber) {
            throw unknown(run);
        }
    }

    static String id(int number) {
        return "%04d".formatted(number);
    }

    private static StoreException unknown(String run) {
        return new StoreException("There is no run " + run + ".", "Nothing was changed.", "Look at the list of runs for its number.");
    }

    static String insert(Handle handle, UUID uuid, Instant now, NewRun run, Owner owner) {
        final Optional<Integer> before = handle.createQuery("select id from runs where uuid = ?").bind(0, uuid)
                .mapTo(Integer.class).findOne();
        if (before.isPresent()) {
            return id(before.get());
        }
        final int number = handle.createUpdate("""
                        insert into runs (uuid, name, created, model, dataset, dataset_hash, method, recipe, request, seed, state,
                            steps_total, trained_parameters, budget_bytes, planned_peak_bytes, plan, owner_host, owner_pid, owner_started)
                        values (:uuid, :name, :created, :model, :dataset, :hash, :method, :recipe, :request, :seed, 'PLANNED',
                            :steps, :trained, :budget, :peak, :plan, :host, :pid, :started)""")
                .bind("uuid", uuid).bind("name", run.name()).bind("created", LogTables.instant(now)).bind("model", run.model())
                .bind("dataset", run.dataset()).bind("hash", run.datasetHash()).bind("method", run.method())
                .bind("recipe", run.recipeJson()).bind("request", run.requestJson()).bind("seed", run.seed())
                .bind("steps", run.stepsTotal()).bind("trained", run.trainedParameters()).bind("budget", run.budgetBytes())
                .bind("peak", run.plannedPeakBytes()).bind("plan", run.planJson()).bind("host", owner.host())
                .bind("pid", owner.pid()).bind("started", LogTables.instant(owner.started()))
                .executeAndReturnGeneratedKeys("id").mapTo(Integer.class).one();
        note(handle, number, null, RunState.PLANNED, now, "created");
        return id(number);
    }

    static int amend(Handle handle, String run, NewRun changed) {
        final int rows = handle.createUpdate("""
                        update runs set name = :name, model = :model, dataset = :dataset, dataset_hash = :hash, method = :method,
                            recipe = :recipe, request = :request, seed = :seed, steps_total = :steps, trained_parameters = :trained,
                            budget_bytes = :budget, planned_peak_bytes = :peak, plan = :plan
                         where id = :id""")
                .bind("id", number(run)).bind("name", changed.name()).bind("model", changed.model())
                .bind("dataset", changed.dataset()).bind("hash", changed.datasetHash()).bind("method", changed.method())
                .bind("recipe", changed.recipeJson()).bind("request", changed.requestJson()).bind("seed", changed.seed())
                .bind("steps", changed.stepsTotal()).bind("trained", changed.trainedParameters())
                .bind("budget", changed.budgetBytes()).bind("peak", changed.plannedPeakBytes()).bind("plan", changed.planJson())
                .execute();
        return known(run, rows);
    }

    static int measured(Handle handle, String run, Measured measured) {
        return known(run, handle.createUpdate("""
                        update runs set measured_peak_bytes = :peak, measured = :measured, growth_bytes = :growth, seconds = :seconds,
                            tokens_per_second = :speed
                         where id = :id""")
                .bind("id", number(run)).bind("peak", measured.peakBytes()).bind("measured", measured.byCategoryJson())
                .bind("growth", measured.growthBytes()).bind("seconds", measured.seconds())
                .bind("speed", measured.tokensPerSecond()).execute());
    }

    private static int known(String run, int rows) {
        if (rows == 0) {
            throw unknown(run);
        }
        return rows;
    }

    /**
     * Takes a run to another state and makes {@code owner} its process.
     *
     * @param takingOver the run may be live in a process that is gone
     */
    static RunState move(Handle handle, String run, RunState to, Instant now, String reason, Owner owner, boolean takingOver) {
        final int number = number(run);
        final var row = handle.createQuery("select state, owner_host, owner_pid, owner_started from runs where id = ? for update")
                .bind(0, number)
                .map((found, context) -> Map.entry(RunState.valueOf(found.getString("state")), owner(found)))
                .findOne().orElseThrow(() -> unknown(run));
        final RunState from = row.getKey();
        final boolean done = handle.createQuery("select count(*) from transitions where run = ? and to_state = ? and at = ?")
                .bind(0, number).bind(1, to.name()).bind(2, LogTables.instant(now)).mapTo(Integer.class).one() > 0;
        if (done) {
            return from;
        }
        final Owner holder = row.getValue();
        if (from.live() && !holder.equals(owner) && holder.alive()) {
            throw new StoreException("Run " + run + " is " + from + " in another process (" + holder.pid() + ").",
                    "It goes on there, nothing was changed.", "Stop it where it was started, or wait until it has ended.");
        }
        final boolean interrupted = from.live() && !holder.equals(owner);
        final boolean allowed = from.next().contains(to) || takingOver && (interrupted && to == RunState.LOADING);
        if (!allowed) {
            throw new StoreException("Run " + run + " is " + from + " and cannot become " + to + ".", "Nothing was changed.",
                    "From " + from + " a run can become " + from.next().stream().sorted().map(Enum::name)
                            .collect(Collectors.joining(", ")) + ".");
        }
        handle.createUpdate("""
                        update runs set state = :state, owner_host = :host, owner_pid = :pid, owner_started = :started,
                            error = case when :state = 'LOADING' then null else error end,
                            failure = case when :state = 'LOADING' then null else failure end
                         where id = :id""")
                .bind("id", number).bind("state", to.name()).bind("host", owner.host()).bind("pid", owner.pid())
                .bind("started", LogTables.instant(owner.started())).execute();
        note(handle, number, from, to, now, reason);
        return from;
    }

    static void failure(Handle handle, String run, String error, Optional<String> failureJson) {
        handle.createUpdate("update runs set error = :error, failure = :failure where id = :id").bind("id", number(run))
                .bind("error", error).bind("failure", failureJson.orElse(null)).execute();
    }

    private static void note(Handle handle, int run, RunState from, RunState to, Instant now, String reason) {
        handle.createUpdate("""
                        insert into transitions (run, number, from_state, to_state, at, reason)
                        values (:run, (select count(*) from transitions where run = :run), :from, :to, :at, :reason)""")
                .bind("run", run).bind("from", from == null ? null : from.name()).bind("to", to.name())
                .bind("at", LogTables.instant(now)).bind("reason", reason).execute();
    }

    static StoredRun one(Handle handle, String run) {
        final StoredRun found = handle.createQuery(SELECT + " where r.id = ?").bind(0, number(run))
                .map((row, context) -> run(row)).findOne().orElseThrow(() -> unknown(run));
        return found.withMetrics(metrics(handle, " where v.run = " + number(run)).getOrDefault(found.id(), Map.of()));
    }

    /** Newest first. */
    static List<StoredRun> all(Handle handle) {
        final Map<String, Map<String, Double>> metrics = metrics(handle, "");
        return handle.createQuery(SELECT + " order by r.id desc").map((row, context) -> run(row)).list().stream()
                .map(run -> run.withMetrics(metrics.getOrDefault(run.id(), Map.of()))).toList();
    }

    private static Map<String, Map<String, Double>> metrics(Handle handle, String where) {
        final Map<String, Map<String, Double>> metrics = new TreeMap<>();
        handle.createQuery(LAST_METRICS + where).map((row, context) -> metrics
                .computeIfAbsent(id(row.getInt("run")), run -> new TreeMap<>())
                .put(row.getString("metric"), row.getDouble("amount"))).list();
        return metrics;
    }

    static List<StoredTransition> transitions(Handle handle, String run) {
        return handle.createQuery("select * from transitions where run = ? order by number").bind(0, number(run))
                .map((row, context) -> new StoredTransition(run, Optional.ofNullable(row.getString("from_state")).map(RunState::valueOf),
                        RunState.valueOf(row.getString("to_state")), row.getObject("at", Instant.class), row.getString("reason"))).list();
    }

    private static StoredRun run(ResultSet row) throws SQLException {
        final RunState state = RunState.valueOf(row.getString("state"));
        final Owner owner = owner(row);
        final double lastLoss = row.getDouble("last_loss");
        final double loss = row.wasNull() ? Double.NaN : lastLoss;
        final int newest = row.getInt("checkpoint_step");
        final int checkpointStep = row.wasNull() ? -1 : newest;
        final NewRun asked = new NewRun(row.getString("name"), row.getString("model"), row.getString("dataset"),
                row.getString("dataset_hash"), row.getString("method"), row.getString("recipe"), row.getString("request"),
                row.getLong("seed"), row.getInt("steps_total"), row.getLong("trained_parameters"), row.getLong("budget_bytes"),
                row.getLong("planned_peak_bytes"), row.getString("plan"));
        final Optional<Measured> measured = Optional.ofNullable(row.getString("measured")).isEmpty() ? Optional.empty()
                : Optional.of(new Measured(row.getLong("measured_peak_bytes"), row.getString("measured"), row.getLong("growth_bytes"),
                        row.getDouble("seconds"), row.getDouble("tokens_per_second")));
        return new StoredRun(id(row.getInt("id")), row.getObject("uuid", UUID.class), row.getObject("created", Instant.class), asked,
                state, state.live() && !owner.alive(), row.getInt("last_step"), loss, checkpointStep, Map.of(), measured,
                Optional.ofNullable(row.getString("error")), Optional.ofNullable(row.getString("failure")), owner);
    }

    private static Owner owner(ResultSet row) throws SQLException {
        return new Owner(row.getString("owner_host"), row.getLong("owner_pid"), row.getObject("owner_started", Instant.class));
    }
}
