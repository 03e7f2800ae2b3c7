package headroom.app.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.StoredMatrix;
import headroom.engine.workbench.Workbench;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headroom weights}. */
@Command(name = "weights", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Store the matrices of a model in packed forms and say what each takes and loses.", "",
            "The error is the length of what is lost against the length of the matrix, the L4 error the same with fourth powers: few large errors weigh more.", "Nothing is written; a run is told with --set weights=FORM."},
        footer = {"", "Examples:", "  headroom weights sprout", "  headroom weights sprout nf4", "  headroom weights sprout int3 --data prose", "  headroom weights models/minilm int4 --json -"})
final class WeightsCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "ID|PATH", description = "model of the catalog, or a folder with config.json and safetensors")
    private String model;

    @Parameters(index = "1", arity = "0..1", paramLabel = "FORM", description = "one form, then matrix by matrix; without it, all of them in sum")
    private String form;

    @Option(names = "--data", paramLabel = "ID|PATH", description = "judge integers by what they do to outputs on rows of this data, and choose them by it too (GPTQ)")
    private String data;

    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    WeightsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        json.check();
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            final List<StoredMatrix> stored = data == null ? workbench.storing(model, Optional.ofNullable(form), Progress.SILENT)
                    : workbench.calibrating(model, form == null ? "int4" : form, data, Progress.SILENT);
            json.write(terminal, () -> json(stored), out -> print(out, stored));
            return 0;
        }
    }

    private void print(PrintStream out, List<StoredMatrix> stored) {
        final Map<String, List<StoredMatrix>> forms = stored.stream().collect(Collectors.groupingBy(StoredMatrix::form, LinkedHashMap::new, Collectors.toList()));
        final Table table = new Table("form", "matrix", ">bytes", ">bits/weight", ">error", ">L4 error", ">largest", data == null ? "" : ">output error");
        forms.forEach((word, matrices) -> {
            if (form != null) {
                matrices.forEach(m -> table.row(word, m.path() + " " + m.out() + "×" + m.in(), Figures.text("%,d", m.bytes()), Figures.text("%.3f", m.bitsPerWeight()),
                        Figures.text("%.2f %%", 100 * m.relativeError()), Figures.text("%.2f %%", 100 * m.quarticError()), Figures.text("%.3g", m.maxError()), outputs(m.outputError())));
            }
            final long bytes = matrices.stream().mapToLong(StoredMatrix::bytes).sum();
            final long weights = matrices.stream().mapToLong(m -> m.out() * m.in()).sum();
            table.row(word, "all " + matrices.size(), Figures.text("%,d", bytes), Figures.text("%.3f", 8.0 * bytes / weights),
                    Figures.text("%.2f %%", 100 * matrices.stream().mapToDouble(m -> m.relativeError() * m.out() * m.in()).sum() / weights),
                    Figures.text("%.2f %%", 100 * matrices.stream().mapToDouble(m -> m.quarticError() * m.out() * m.in()).sum() / weights),
                    Figures.text("%.3g", matrices.stream().mapToDouble(StoredMatrix::maxError).max().orElse(0)),
                    outputs(matrices.stream().mapToDouble(m -> m.outputError() * m.out() * m.in()).sum() / weights));
        });
        table.print(out);
    }

    private static String outputs(double error) {
        return Double.isNaN(error) ? "" : Figures.text("%.2f %%", 100 * error);
    }

    private static ObjectNode json(List<StoredMatrix> stored) {
        final ObjectNode node = JsonParts.object();
        node.set("matrices", JsonParts.array(stored, WeightsCommand::json));
        return node;
    }

    private static ObjectNode json(StoredMatrix m) {
        final ObjectNode node = JsonParts.object().put("form", m.form()).put("path", m.path()).put("out", m.out()).put("in", m.in()).put("bytes", m.bytes());
        JsonParts.number(node, "bitsPerWeight", m.bitsPerWeight());
        JsonParts.number(node, "relativeError", m.relativeError());
        JsonParts.number(node, "maxError", m.maxError());
        JsonParts.number(node, "quarticError", m.quarticError());
        if (!Double.isNaN(m.outputError())) {
            JsonParts.number(node, "outputError", m.outputError());
        }
        return node;
    }
}
