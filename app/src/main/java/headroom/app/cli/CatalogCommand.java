package headroom.app.cli;

import headroom.engine.workbench.Catalog;
import headroom.engine.workbench.MethodEntry;
import headroom.engine.workbench.Setting;
import headroom.engine.workbench.TaskKind;
import headroom.engine.workbench.Workbench;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headroom catalog}. */
@Command(name = "catalog", mixinStandardHelpOptions = true, description = "List the models, datasets and methods there are to choose from.",
        footer = {"", "Examples:", "  headroom catalog", "  headroom catalog methods", "  headroom catalog models --json",
            "  headroom catalog --json catalog.json"})
final class CatalogCommand implements Callable<Integer> {
    static final int VALUES_WIDTH = 48;

    /** What to list. */
    enum Part { models, datasets, methods, all }

    @Parameters(arity = "0..1", paramLabel = "models|datasets|methods", defaultValue = "all", description = "list only these")
    private Part part;

    @Option(names = "--json", arity = "0..1", fallbackValue = "-", paramLabel = "FILE",
            description = "as JSON, to FILE or, without one, to standard output")
    private String json;

    @Mixin
    private HomeOption home;

    private final Terminal terminal;

    CatalogCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        // "catalog --json methods" reads as a file name to the parser; a part is what was meant
        if (json != null && part == Part.all && Arrays.stream(Part.values()).anyMatch(p -> p.name().equals(json))) {
            part = Part.valueOf(json);
            json = "-";
        }
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            final Catalog catalog = workbench.catalog();
            if (json != null) {
                JsonOption.write(terminal, json, CatalogJson.of(catalog, part));
            }
            if (!"-".equals(json)) {
                print(catalog);
            }
        }
        return 0;
    }

    private void print(Catalog catalog) {
        final PrintStream out = terminal.out();
        if (part == Part.models || part == Part.all) {
            models(catalog, out);
        }
        if (part == Part.datasets || part == Part.all) {
            datasets(catalog, out);
        }
        if (part == Part.methods || part == Part.all) {
            methods(catalog, out, part == Part.methods);
        }
    }

    private static void models(Catalog catalog, PrintStream out) {
        out.println("Models");
        final Table table = new Table("id", "name", "family", ">parameters", ">layers", ">vocabulary", ">weights", "");
        catalog.models().forEach(m -> table.row(m.id(), m.name(), m.family(), Figures.count(m.parameters()), m.layers(),
                Figures.text("%,d", m.vocab()), Figures.bytes(m.bytesOnDisk()), m.shapeOnly() ? "shape only" : "can be trained"));
        table.print(out);
        out.println();
    }

    private static void datasets(Catalog catalog, PrintStream out) {
        out.println("Datasets");
        final Table table = new Table("id", "name", "task", ">rows", ">labels", ">median", ">longest", ">bad rows");
        catalog.datasets().forEach(d -> table.row(d.id(), d.name(), d.kind() == TaskKind.CLASSIFICATION ? "classification" : "next token",
                Figures.text("%,d", d.rows()), d.labels().isEmpty() ? "-" : d.labels().size(), d.lengths().median(), d.lengths().longest(), d.badRows()));
        table.print(out);
        out.println();
    }

    private static void methods(Catalog catalog, PrintStream out, boolean withSettings) {
        out.println("Methods");
        final Table table = new Table("id", "name", "source", "idea");
        String family = "";
        for (final MethodEntry m : catalog.methods()) {
            if (!m.family().equals(family)) {
                family = m.family();
                table.heading(family);
            }
            table.row("  " + m.id(), m.name(), m.year() == 0 ? m.paper() : m.paper() + " " + m.year(), m.oneLine());
        }
        table.print(out);
        if (withSettings) {
            for (final MethodEntry method : catalog.methods()) {
                final List<Setting> common = catalog.commonSettings();
                // a common setting is told here only where the method's standard is its own
                settings(out, method.id(), method.settings().stream().filter(s -> common.stream().noneMatch(c -> same(c, s))).toList());
            }
            settings(out, "every method", catalog.commonSettings());
        } else {
            out.println("Their settings: headroom catalog methods");
        }
    }

    private static void settings(PrintStream out, String whose, List<Setting> settings) {
        if (settings.isEmpty()) {
            return;
        }
        out.println();
        out.println("--set for " + whose);
        final Table table = new Table("key", "default", "values", "what it does");
        settings.forEach(s -> {
            final List<String> values = lines(values(s));
            table.row(s.key(), s.standard(), values.getFirst(), s.help());
            values.stream().skip(1).forEach(more -> table.row("", "", more, ""));
        });
        table.print(out);
    }

    /** Many choices go on under each other, so that no row becomes wider than a terminal for one of them. */
    static List<String> lines(String values) {
        final List<String> lines = new ArrayList<>();
        String line = "";
        for (final String value : values.split(" \\| ")) {
            if (!line.isEmpty() && line.length() + value.length() > VALUES_WIDTH) {
                lines.add(line + " |");
                line = value;
            } else {
                line = line.isEmpty() ? value : line + " | " + value;
            }
        }
        lines.add(line);
        return lines;
    }

    private static boolean same(Setting a, Setting b) {
        return a.key().equals(b.key()) && a.standard().equals(b.standard());
    }

    private static String values(Setting setting) {
        return switch (setting.type()) {
            case CHOICE -> setting.choices().stream().collect(Collectors.joining(" | "));
            case FLAG -> "true | false";
            case INTEGER -> range("integer", setting);
            case REAL -> range("number", setting);
            case TEXT -> "text";
        };
    }

    private static String range(String what, Setting setting) {
        return what + (Double.isNaN(setting.min()) ? "" : " from " + plain(setting.min()))
                + (Double.isNaN(setting.max()) ? "" : " to " + plain(setting.max()));
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) && Math.abs(bound) < 1e15 ? Long.toString((long) bound) : Double.toString(bound);
    }
}
