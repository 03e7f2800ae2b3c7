package headroom.app.cli;

import headroom.engine.memory.Category;
import headroom.engine.workbench.Evaluation;
import headroom.engine.workbench.RunDetails;
import headroom.engine.workbench.RunEvent;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.StepHistory;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Runs for a person at a terminal. */
final class RunText {
    private RunText() {}

    /** One line on how a live run stands. */
    static String progress(RunSnapshot now) {
        if (now.state() == RunState.LOADING && now.loading().isPresent()) {
            final var at = now.loading().get();
            return Figures.text("loading: %s, %,d of %,d %s", at.what(), at.done(), at.total(), at.unit());
        }
        final StepHistory history = now.history();
        final String loss = history.size() == 0 ? "-" : Figures.loss(history.loss(history.size() - 1));
        return Figures.text("%s  step %,d of %,d  epoch %.2f  loss %s  %,.0f tokens/s  now %s  peak %s  elapsed %s  left %s",
                word(now.state()), now.step(), now.steps(), now.epoch(), loss, now.tokensPerSecond(),
                Figures.bytes(now.memory().now().bytes().totalBytes()), Figures.bytes(now.memory().peakBytes()),
                Figures.time(now.elapsedSeconds()), now.state().ended() ? "-" : Figures.time(now.leftSeconds()));
    }

    static String evaluation(Evaluation evaluation) {
        return "evaluation at step " + evaluation.step() + ": " + evaluation.metrics().entrySet().stream()
                .map(m -> m.getKey() + " " + Figures.metric(m.getKey(), m.getValue())).collect(Collectors.joining(", "));
    }

    static void print(PrintStream out, RunDetails details) {
        final RunSummary run = details.summary();
        out.println(Figures.text("Run %s  %s  %s at step %,d of %,d%s", run.run(), run.title(), word(run.state()), run.step(), run.steps(),
                run.interrupted() ? ", interrupted: headroom resume " + run.run() : ""));
        out.println(Figures.text("%s on %s with %s, seed %d, %s trained parameters, started %s", run.model(), run.data(), run.method(), run.seed(),
                Figures.count(run.trainedParameters()), run.created()));
        out.println(details.settings().entrySet().stream().map(s -> s.getKey() + "=" + s.getValue()).collect(Collectors.joining(" ")));
        out.println(Figures.text("%s of training, %,.0f tokens/s", Figures.time(run.seconds()), run.tokensPerSecond()));
        out.println();
        final double[] losses = details.history().losses();
        if (losses.length > 0) {
            out.println("loss " + Figures.loss(losses[0]) + " -> " + Figures.loss(losses[losses.length - 1]));
        }
        details.evals().forEach(evaluation -> out.println(evaluation(evaluation)));
        out.println();
        memory(out, details);
        details.checkpoints().forEach(c -> out.println("checkpoint at step " + c.step() + ", " + Figures.bytes(c.bytes()) + ": " + c.folder()));
        log(out, details.events());
        details.failure().ifPresent(failure -> {
            out.println("failed at step " + failure.step() + ": " + failure.problem().what());
            failure.problem().todo().forEach(todo -> out.println("  " + todo));
        });
    }

    private static void memory(PrintStream out, RunDetails details) {
        final RunSummary run = details.summary();
        final Table table = new Table("at the peak", ">plan", ">measured", ">residual");
        for (final Category category : Category.values()) {
            final long plan = details.plannedByCategoryAtPeak().get(category);
            final long measured = run.byCategoryAtPeak().get(category);
            table.row(category.name().toLowerCase(Locale.ROOT), Figures.bytes(plan), Figures.bytes(measured), residual(measured - plan));
        }
        table.row("all", Figures.bytes(run.plannedPeakBytes()), Figures.bytes(run.peakBytes()), residual(run.peakBytes() - run.plannedPeakBytes()));
        table.print(out);
        if (details.processGrowthBytes() != 0) {
            out.println("the process grew by " + Figures.bytes(details.processGrowthBytes()));
        }
        details.arena().ifPresent(arena -> out.println(arena.words()));
    }

    /** What happened, oldest first. */
    private static void log(PrintStream out, List<RunEvent> newestFirst) {
        if (newestFirst.isEmpty()) {
            return;
        }
        out.println();
        out.println("what happened");
        for (final RunEvent event : newestFirst.reversed()) {
            out.println(Figures.text("step %,6d  %s%s%s", event.step(), event.level() == RunEvent.Level.INFO ? "" : event.level().name().toLowerCase(Locale.ROOT) + ": ",
                    event.title(), event.detail().isBlank() ? "" : ": " + event.detail()));
        }
    }

    /** Residuals in bytes, because {@code same to the byte} is the claim. */
    private static String residual(long bytes) {
        return Figures.text("%,d B", bytes);
    }

    static String word(RunState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
