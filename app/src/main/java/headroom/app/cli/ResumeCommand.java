package headroom.app.cli;

import headroom.engine.workbench.Workbench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code headroom resume}. */
@Command(name = "resume", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Go on with a run from its newest checkpoint. The losses are those of a run that was never interrupted.",
        footer = {"", "Examples:", "  headroom resume 0042", "  headroom resume 0042 --json result.json"})
final class ResumeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "id of the run; `headroom runs` lists them")
    private String run;

    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    ResumeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            return new Watch(terminal, workbench, home, json).follow(() -> workbench.resume(run), workbench.show(run).evals());
        }
    }
}
