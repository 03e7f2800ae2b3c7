package headroom.app.cli;

import headroom.engine.workbench.Progress;
import headroom.engine.workbench.TryResult;
import headroom.engine.workbench.Workbench;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headroom try}. */
@Command(name = "try", mixinStandardHelpOptions = true, description = "Put a text of your own to the base model and to the tuned one.",
        footer = {"", "Examples:", "  headroom try 0042 --text \"the second half drags, but the ending pays for it\"",
            "  headroom try 0042 --text \"Once upon a time\" --json -"})
final class TryCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "id of the run; `headroom runs` lists them. Of a run of several jobs one of them: 0042:job2")
    private String run;

    @Option(names = "--text", required = true, paramLabel = "TEXT", description = "the text to ask about, or to continue")
    private String text;

    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    TryCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            final TryResult result = workbench.tryText(run, text, Progress.SILENT);
            json.write(terminal, () -> RunJson.of(result), out -> {
                print(out, "base", result.base());
                print(out, "tuned", result.tuned());
            });
        }
        return 0;
    }

    private static void print(PrintStream out, String side, TryResult.Answer answer) {
        out.println(side + ": " + answer.who());
        if (answer.labels().isEmpty()) {
            out.println("  " + answer.text().replace("\n", "\n  "));
        }
        answer.labels().forEach(label -> out.println(Figures.text("  %5.1f %%  %s", label.probability() * 100, label.text())));
        answer.note().ifPresent(note -> out.println("  (" + note + ")"));
        out.println(Figures.text("  %,d tokens in %s, peak %s", answer.tokenCount(), Figures.time(answer.seconds()), Figures.bytes(answer.peakBytes())));
    }
}
