package headroom.app.cli;

import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.Workbench;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code headroom runs}. */
@Command(name = "runs", mixinStandardHelpOptions = true, description = "List the runs of this home folder, newest first.",
        footer = {"", "Examples:", "  headroom runs", "  headroom runs --home project --json -"})
final class RunsCommand implements Callable<Integer> {
    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    RunsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            final List<RunSummary> runs = workbench.runs();
            json.write(terminal, () -> RunJson.of(runs), out -> print(out, runs));
        }
        return 0;
    }

    private static void print(PrintStream out, List<RunSummary> runs) {
        if (runs.isEmpty()) {
            out.println("No runs yet. headroom train --help shows how to start one.");
            return;
        }
        final Table table = new Table("run", "title", "model", "data", "state", ">steps", ">loss", "evaluation", ">peak", ">time");
        runs.forEach(r -> table.row(r.run(), r.title(), r.model(), r.data(), r.interrupted() ? "interrupted" : RunText.word(r.state()),
                Figures.text("%,d of %,d", r.step(), r.steps()), Figures.loss(r.loss()),
                r.metrics().entrySet().stream().map(m -> m.getKey() + " " + Figures.metric(m.getKey(), m.getValue())).collect(Collectors.joining(", ")),
                Figures.bytes(r.peakBytes()), Figures.time(r.seconds())));
        table.print(out);
        runs.stream().filter(RunSummary::interrupted).findFirst()
                .ifPresent(r -> out.println("\nRun " + r.run() + " was interrupted and can go on: headroom resume " + r.run()));
    }
}
