package headroom.app.cli;

import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.Workbench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code headroom plan}. */
@Command(name = "plan", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Say what one training step will hold in memory, by a dry run of the same program that trains.",
        footer = {"", "Shape-only models of the catalog can be planned too. Without --data give --batch and --length.", "", "Examples:",
            "  headroom plan --model minilm --data reviews.csv --method lora --budget 8GiB",
            "  headroom plan --model llama-7b --method galore --batch 1 --length 2048 --set compute=bf16 --set state=bf16",
            "  headroom plan --model llama-7b --method qlora --batch 1 --length 512 --json -"})
final class PlanCommand implements Callable<Integer> {
    @Mixin
    private PlanOptions options;

    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    PlanCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        final PlanRequest request = options.request(false);
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            final MemoryPlan plan = workbench.plan(request, Progress.SILENT);
            json.write(terminal, () -> PlanJson.of(plan), out -> PlanText.print(out, plan));
        }
        return 0;
    }
}
