package headroom.app.cli;

import headroom.engine.workbench.RunRequest;
import headroom.engine.workbench.Workbench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code headroom train}. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false, description = "Fine-tune a model.",
        footer = {"", "Ctrl-C writes a checkpoint, stops the run and says how to go on.", "", "Examples:",
            "  headroom train --model minilm --data reviews.csv --text title,body --label stars --method lora --epochs 3",
            "  headroom train --model minilm --data reviews.csv --method galore --set rank=64 --steps 200 --eval-every 50",
            "  headroom train --model minilm --data reviews.csv --method full --budget 2GiB --steps 5 --json -"})
final class TrainCommand implements Callable<Integer> {
    @Mixin
    private PlanOptions plan;

    @Mixin
    private RunOptions run;

    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    TrainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        final RunRequest request = run.request(plan, false);
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            return new Watch(terminal, workbench, home, json).follow(() -> workbench.start(request));
        }
    }
}
