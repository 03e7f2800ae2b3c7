package headroom.app.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.workbench.Comparison;
import headroom.engine.workbench.Evaluation;
import headroom.engine.workbench.FailureCard;
import headroom.engine.workbench.RunDetails;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.TryResult;
import java.util.List;

/** Runs as JSON: one, several, compared, tried. */
final class RunJson {
    private RunJson() {}

    /** What {@code train}, {@code resume} and {@code show} write. */
    static ObjectNode of(RunDetails details) {
        final RunSummary summary = details.summary();
        final ObjectNode node = head(summary);
        node.set("settings", JsonParts.map(details.settings()));
        node.set("loss", JsonParts.numbers(details.history().losses()));
        node.set("eval", JsonParts.array(details.evals(), RunJson::evaluation));
        final ObjectNode memory = node.putObject("memory").put("peakBytes", summary.peakBytes())
                .put("plannedPeakBytes", summary.plannedPeakBytes());
        memory.set("byCategoryAtPeak", JsonParts.categories(summary.byCategoryAtPeak()));
        memory.set("plannedByCategoryAtPeak", JsonParts.categories(details.plannedByCategoryAtPeak()));
        memory.put("budgetBytes", summary.budgetBytes()).put("processGrowthBytes", details.processGrowthBytes());
        JsonParts.number(node.putObject("throughput"), "tokensPerSecond", summary.tokensPerSecond());
        JsonParts.number(node, "seconds", summary.seconds());
        node.set("checkpoints", JsonParts.array(details.checkpoints(), checkpoint -> JsonParts.object().put("step", checkpoint.step())
                .put("folder", checkpoint.folder().toString()).put("bytes", checkpoint.bytes()).put("hash", checkpoint.hash())));
        node.set("events", JsonParts.array(details.events().reversed(), event -> JsonParts.object().put("at", event.at().toString()).put("step", event.step())
                .put("level", event.level().name()).put("title", event.title()).put("detail", event.detail())));
        node.set("decisions", JsonParts.texts(details.decisions()));
        details.arena().ifPresent(arena -> node.set("arena", JsonParts.arena(arena)));
        details.failure().ifPresent(failure -> node.set("failure", failure(failure)));
        return node;
    }

    static ObjectNode of(List<RunSummary> runs) {
        final ObjectNode node = JsonParts.object();
        node.set("runs", JsonParts.array(runs, RunJson::line));
        return node;
    }

    static ObjectNode of(Comparison comparison) {
        final ObjectNode node = JsonParts.object().put("headline", comparison.headline()).put("sentence", comparison.sentence());
        node.set("runs", JsonParts.array(comparison.runs(), RunJson::of));
        node.set("settings", JsonParts.array(comparison.settings(), RunJson::row));
        node.set("results", JsonParts.array(comparison.results(), RunJson::row));
        return node;
    }

    static ObjectNode of(TryResult result) {
        final ObjectNode node = JsonParts.object().put("run", result.run()).put("text", result.text());
        node.set("base", answer(result.base()));
        node.set("tuned", answer(result.tuned()));
        return node;
    }

    private static ObjectNode head(RunSummary run) {
        return JsonParts.object().put("run", run.run()).put("title", run.title()).put("model", run.model()).put("data", run.data())
                .put("method", run.method()).put("seed", run.seed()).put("state", run.state().name()).put("interrupted", run.interrupted())
                .put("steps", run.step()).put("stepsPlanned", run.steps()).put("trainedParameters", run.trainedParameters())
                .put("created", run.created().toString());
    }

    private static ObjectNode line(RunSummary run) {
        final ObjectNode node = head(run).put("checkpointStep", run.checkpointStep());
        JsonParts.number(node, "loss", run.loss());
        final ObjectNode metrics = node.putObject("metrics");
        run.metrics().forEach((name, value) -> JsonParts.number(metrics, name, value));
        node.put("peakBytes", run.peakBytes()).put("plannedPeakBytes", run.plannedPeakBytes());
        JsonParts.number(node, "tokensPerSecond", run.tokensPerSecond());
        JsonParts.number(node, "seconds", run.seconds());
        return node;
    }

    private static ObjectNode evaluation(Evaluation evaluation) {
        final ObjectNode node = JsonParts.object().put("step", evaluation.step());
        evaluation.metrics().forEach((name, value) -> JsonParts.number(node, name, value));
        return node;
    }

    private static ObjectNode failure(FailureCard failure) {
        final ObjectNode node = JsonParts.problem(failure.problem()).put("title", failure.title()).put("step", failure.step());
        failure.checkpoint().ifPresentOrElse(step -> node.put("checkpointStep", step), () -> node.putNull("checkpointStep"));
        failure.overBudget().ifPresent(over -> {
            final ObjectNode budget = node.putObject("overBudget").put("owner", over.owner()).put("op", over.op())
                    .put("askedBytes", over.askedBytes()).put("leftBytes", over.leftBytes()).put("budgetBytes", over.budgetBytes());
            budget.set("held", JsonParts.categories(over.held()));
            budget.set("largest", JsonParts.array(over.largest(), JsonParts::account));
        });
        node.set("remedies", JsonParts.array(failure.remedies(), PlanJson::advice));
        return node;
    }

    private static ObjectNode row(Comparison.Row row) {
        final ObjectNode node = JsonParts.object().put("name", row.name()).put("differs", row.differs()).put("best", row.best());
        node.set("values", JsonParts.texts(row.values()));
        return node;
    }

    private static ObjectNode answer(TryResult.Answer answer) {
        final ObjectNode node = JsonParts.object().put("who", answer.who()).put("text", answer.text());
        node.set("labels", JsonParts.array(answer.labels(), RunJson::probability));
        final ArrayNode tokens = node.putArray("tokens");
        answer.tokens().forEach(token -> {
            final ObjectNode one = probability(token.chosen());
            one.set("top", JsonParts.array(token.top(), RunJson::probability));
            tokens.add(one);
        });
        node.put("tokenCount", answer.tokenCount());
        JsonParts.number(node, "seconds", answer.seconds());
        node.put("peakBytes", answer.peakBytes());
        answer.note().ifPresent(note -> node.put("note", note));
        return node;
    }

    private static ObjectNode probability(TryResult.Probability one) {
        final ObjectNode node = JsonParts.object().put("text", one.text());
        JsonParts.number(node, "probability", one.probability());
        return node;
    }
}
