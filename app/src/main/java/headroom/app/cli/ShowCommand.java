package headroom.app.cli;

import headroom.engine.workbench.RunDetails;
import headroom.engine.workbench.Workbench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code headroom show}. */
@Command(name = "show", mixinStandardHelpOptions = true, description = "Show everything stored about a run.",
        footer = {"", "Examples:", "  headroom show 0042", "  headroom show 0042 --json run.json"})
final class ShowCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "id of the run; `headroom runs` lists them")
    private String run;

    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    ShowCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            final RunDetails details = workbench.show(run);
            json.write(terminal, () -> RunJson.of(details), out -> RunText.print(out, details));
        }
        return 0;
    }
}
