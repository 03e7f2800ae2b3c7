package headroom.app.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.workbench.ExportKind;
import headroom.engine.workbench.ExportReport;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.Workbench;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headroom export}. */
@Command(name = "export", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Write what a run made: the adapter, the whole tuned model, its curves or a report.",
        footer = {"", "A model is read back after writing and its answers are put beside the trained ones.", "", "Examples:",
            "  headroom export 0042 --kind adapter --to my-adapter", "  headroom export 0042 --kind merged --to my-model",
            "  headroom export 0042 --kind curves --to curves.csv", "  headroom export 0042 --kind report --to report.html"})
final class ExportCommand implements Callable<Integer> {
    /** {@link ExportKind} as it is typed. */
    enum Kind { adapter, merged, curves, report }

    @Parameters(paramLabel = "RUN", description = "id of the run; `headroom runs` lists them")
    private String run;

    @Option(names = "--kind", required = true, paramLabel = "KIND", description = "one of ${COMPLETION-CANDIDATES}")
    private Kind kind;

    @Option(names = "--to", required = true, paramLabel = "PATH", description = "a folder for a model, a file otherwise; it must not exist yet")
    private Path target;

    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    ExportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            final ExportReport report = workbench.export(run, ExportKind.valueOf(kind.name().toUpperCase(Locale.ROOT)), target, Progress.SILENT);
            json.write(terminal, () -> json(report), out -> print(out, report));
            return report.proof().map(ExportReport.Proof::holds).orElse(true) ? 0 : 1;
        }
    }

    private static ObjectNode json(ExportReport report) {
        final ObjectNode node = JsonParts.object().put("kind", report.kind().name().toLowerCase(Locale.ROOT))
                .put("path", report.path().toString()).put("bytes", report.bytes());
        report.proof().ifPresent(proof -> {
            final ObjectNode shown = node.putObject("proof").put("claim", proof.claim()).put("rows", proof.rows()).put("holds", proof.holds());
            JsonParts.number(shown, "largestDifference", proof.largestDifference());
            JsonParts.number(shown, "bound", proof.bound());
        });
        return node;
    }

    private static void print(PrintStream out, ExportReport report) {
        out.println("Wrote " + report.path() + ", " + Figures.bytes(report.bytes()) + ".");
        report.proof().ifPresent(proof -> out.println(Figures.text("%s: largest difference %.2g over %,d rows, bound %.2g: %s", proof.claim(),
                proof.largestDifference(), proof.rows(), proof.bound(), proof.holds() ? "holds" : "does not hold")));
    }
}
