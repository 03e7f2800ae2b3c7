package headroom.app.cli;

import headroom.engine.workbench.Comparison;
import headroom.engine.workbench.Workbench;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code headroom compare}. */
@Command(name = "compare", mixinStandardHelpOptions = true, description = "Put runs side by side: what differs in their settings and in their results.",
        footer = {"", "Examples:", "  headroom compare 0041 0042", "  headroom compare 0041 0042 0043 --json -"})
final class CompareCommand implements Callable<Integer> {
    @Parameters(arity = "2..*", paramLabel = "RUN", description = "ids of two or more runs")
    private List<String> runs;

    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    CompareCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            final Comparison comparison = workbench.compare(runs);
            json.write(terminal, () -> RunJson.of(comparison), out -> print(out, comparison));
        }
        return 0;
    }

    private static void print(PrintStream out, Comparison comparison) {
        out.println(comparison.headline());
        if (!comparison.sentence().isEmpty()) {
            out.println(comparison.sentence());
        }
        out.println();
        final List<Comparison.Row> differing = comparison.settings().stream().filter(Comparison.Row::differs).toList();
        table(comparison, "what differs", differing).print(out);
        final int equal = comparison.settings().size() - differing.size();
        if (equal > 0) {
            out.println(equal + " equal settings hidden");
        }
        out.println();
        table(comparison, "what came out", comparison.results()).print(out);
        out.println("* the best of its line");
    }

    private static Table table(Comparison comparison, String head, List<Comparison.Row> rows) {
        final List<String> heads = new ArrayList<>(List.of(head));
        for (int i = 0; i < comparison.runs().size(); i++) {
            final var run = comparison.runs().get(i).summary();
            heads.add(letter(i) + " " + run.title() + " (" + run.run() + ")");
        }
        final Table table = new Table(heads.toArray(String[]::new));
        for (final Comparison.Row row : rows) {
            final List<Object> cells = new ArrayList<>(List.of(row.name()));
            for (int i = 0; i < row.values().size(); i++) {
                cells.add(row.values().get(i) + (i == row.best() ? " *" : ""));
            }
            table.row(cells.toArray());
        }
        return table;
    }

    /** A to Z, then AA, AB … */
    private static String letter(int i) {
        return (i < 26 ? "" : letter(i / 26 - 1)) + (char) ('A' + i % 26);
    }
}
