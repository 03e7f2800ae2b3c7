package headroom.app.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.workbench.ClaimRow;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.Workbench;
import java.io.PrintStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code headroom claims}. */
@Command(name = "claims", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Hold what papers say of memory against dry runs at the papers' scale.", "",
            "Equal figures may differ by the tolerance of their claim. What a paper measured is a whole process, of which the ledger counts a part: such a figure is a bound.",
            "The exit code is 0 only when every claim holds."},
        footer = {"", "Examples:", "  headroom claims", "  headroom claims galore", "  headroom claims --json claims.json"})
final class ClaimsCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "METHOD", description = "id of a method, then with sources and settings; without it, the claims of all methods")
    private String method;

    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    ClaimsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        json.check();
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            final List<ClaimRow> rows = workbench.claims(Optional.ofNullable(method), Progress.SILENT);
            json.write(terminal, () -> json(rows), out -> print(out, rows));
            return rows.stream().allMatch(ClaimRow::holds) ? 0 : 1;
        }
    }

    private void print(PrintStream out, List<ClaimRow> rows) {
        if (rows.isEmpty()) {
            out.println("No published figures are recorded for " + (method == null ? "any method" : method) + ".");
            return;
        }
        final Table table = new Table("method", "claim", ">published", ">planned", "unit", ">difference", "verdict");
        rows.forEach(row -> table.row(row.method(), row.says(), bound(row) + published(row), figure(row.planned()), row.unit(), difference(row), row.verdict()));
        table.print(out);
        if (method != null) {
            rows.forEach(row -> details(out, row));
        }
        out.println();
        out.println(summary(rows));
    }

    private static void details(PrintStream out, ClaimRow row) {
        out.println();
        out.println(row.id() + ": " + row.says());
        out.println("  published  " + bound(row) + published(row) + " " + row.unit() + ", " + basis(row) + ": " + row.source());
        row.settings().forEach(setting -> out.println("  planned    " + setting));
        if (!row.note().isEmpty()) {
            out.println("  note       " + row.note());
        }
    }

    private static String basis(ClaimRow row) {
        return switch (row.basis()) {
            case "measured" -> "measured on a whole process";
            case "law" -> "a law";
            default -> "counted";
        };
    }

    private static String summary(List<ClaimRow> rows) {
        final List<ClaimRow> failed = rows.stream().filter(row -> !row.holds()).toList();
        final Set<String> methods = new LinkedHashSet<>(rows.stream().map(ClaimRow::method).toList());
        final String all = rows.size() + (rows.size() == 1 ? " claim of " : " claims of ") + methods.size() + (methods.size() == 1 ? " method" : " methods");
        return failed.isEmpty() ? all + (rows.size() == 1 ? ": holds." : ": all hold.")
                : all + ": " + failed.size() + (failed.size() == 1 ? " fails: " : " fail: ") + String.join(", ", failed.stream().map(row -> row.method() + " " + row.id()).toList()) + ".";
    }

    private static String bound(ClaimRow row) {
        return switch (row.bound()) {
            case "at most" -> "≤ ";
            case "at least" -> "≥ ";
            default -> "";
        };
    }

    private static String difference(ClaimRow row) {
        // rounded first: what is zero in print has no sign
        final double shown = Math.rint(1e4 * row.difference()) / 100;
        return row.published() == 0 ? figure(row.difference()) : shown == 0 ? "0.00 %" : Figures.text("%+.2f %%", shown);
    }

    /** With the digits that were published, and no more. */
    private static String published(ClaimRow row) {
        return new java.text.DecimalFormat("#,##0.######", java.text.DecimalFormatSymbols.getInstance(java.util.Locale.ROOT)).format(row.published());
    }

    /** Four significant digits and more only where the number has them. */
    private static String figure(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Figures.text("%,.0f", value);
        }
        final double size = Math.abs(value);
        return Figures.text(size >= 1000 ? "%,.0f" : size >= 100 ? "%.1f" : size >= 10 ? "%.2f" : size >= 1 ? "%.3f" : "%.4f", value);
    }

    private static ObjectNode json(List<ClaimRow> rows) {
        final ObjectNode node = JsonParts.object();
        node.set("claims", JsonParts.array(rows, ClaimsCommand::json));
        return node.put("failed", rows.stream().filter(row -> !row.holds()).count()).put("hold", rows.stream().allMatch(ClaimRow::holds));
    }

    private static ObjectNode json(ClaimRow row) {
        final ObjectNode node = JsonParts.object().put("method", row.method()).put("id", row.id()).put("says", row.says()).put("basis", row.basis()).put("source", row.source());
        node.set("settings", JsonParts.texts(row.settings()));
        JsonParts.number(node, "published", row.published());
        JsonParts.number(node, "planned", row.planned());
        node.put("unit", row.unit()).put("bound", row.bound()).put("tolerance", row.tolerance());
        JsonParts.number(node, "difference", row.difference());
        return node.put("holds", row.holds()).put("verdict", row.verdict()).put("note", row.note());
    }
}
