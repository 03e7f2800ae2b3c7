package headroom.app.cli;

import headroom.engine.workbench.ExportKind;
import headroom.engine.workbench.ExportReport;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.RunRequest;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.Workbench;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headroom pretrain}. */
@Command(name = "pretrain", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Train a model from newly drawn weights; its shape and tokenizer are those of --model.",
        footer = {"", "Examples:", "  headroom pretrain --model sprout --data corpus --method full --steps 2000 --out my-sprout",
            "  headroom pretrain --model sprout --data stories.txt --set rate=0.001 --epochs 2 --out my-sprout"})
final class PretrainCommand implements Callable<Integer> {
    @Mixin
    private PlanOptions plan;

    @Mixin
    private RunOptions run;

    @Option(names = "--out", paramLabel = "DIR", description = "write the finished model here as a Hugging Face folder with safetensors")
    private Path out;

    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    PretrainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        final RunRequest request = run.request(plan, true);
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            final Watch watch = new Watch(terminal, workbench, home, json);
            final int code = watch.follow(() -> workbench.start(request));
            if (out != null && watch.state() == RunState.FINISHED) {
                final ExportReport written = workbench.export(watch.run(), ExportKind.MERGED, out, Progress.SILENT);
                terminal.err().println("Wrote " + written.path() + ", " + Figures.bytes(written.bytes()) + ".");
            }
            return code;
        }
    }
}
