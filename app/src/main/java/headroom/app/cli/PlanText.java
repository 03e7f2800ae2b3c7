package headroom.app.cli;

import headroom.engine.memory.Category;
import headroom.engine.workbench.Advice;
import headroom.engine.workbench.LayerRow;
import headroom.engine.workbench.MemoryPlan;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A plan for a person at a terminal. */
final class PlanText {
    private PlanText() {}

    static void print(PrintStream out, MemoryPlan plan) {
        out.println(verdict(plan));
        out.printf("Peak %s of the ledger, in %s at %s%s.%n", Figures.bytes(plan.peakBytes()), plan.peak().phase(), plan.peak().op(),
                plan.peak().owner().isEmpty() ? "" : " of " + plan.peak().owner());
        out.println(Figures.text("%s parameters, %s trained; %s in %,d operations per step; planned in %s.",
                Figures.count(plan.parameters()), Figures.count(plan.trainedParameters()), Figures.flops(plan.flops()),
                plan.operations(), Figures.time(plan.planSeconds())));
        plan.arena().ifPresent(arena -> out.println(arena.words()));
        if (plan.elementTypes().values().stream().distinct().count() > 1) {
            out.println("Element types: " + plan.elementTypes().entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).collect(Collectors.joining("; ")) + ".");
        }
        out.println();
        categories(out, plan);
        layers(out, plan.perLayer());
        phases(out, plan);
        advice(out, plan);
        plan.decisions().forEach(decision -> out.println("Assumed: " + decision));
    }

    /** {@code Fits: needs 4.30 GiB +- 0.13 GiB of 8.00 GiB, 3.70 GiB free.} */
    static String verdict(MemoryPlan plan) {
        final String need = "needs %s%s of %s".formatted(Figures.bytes(plan.worstPeakBytes() + plan.outsideBytes()),
                plan.bandBytes() == 0 ? "" : " +- " + Figures.bytes(plan.bandBytes()), Figures.bytes(plan.budgetBytes()));
        return switch (plan.verdict()) {
            case FITS -> "Fits: %s, %s free.".formatted(need, Figures.bytes(plan.freeBytes()));
            case TIGHT -> "Tight: may not fit: %s, %s free.".formatted(need, Figures.bytes(plan.freeBytes()));
            case OVER -> "Does not fit: %s, %s over.".formatted(need, Figures.bytes(-plan.freeBytes()));
        };
    }

    private static void categories(PrintStream out, MemoryPlan plan) {
        final Table table = new Table("at the peak", ">bytes", ">share");
        for (final Category category : Category.values()) {
            final long bytes = plan.byCategoryAtPeak().get(category);
            table.row(category.name().toLowerCase(Locale.ROOT), Figures.bytes(bytes), share(bytes, plan.peakBytes()));
        }
        if (plan.hostBytesAtPeak() > 0) {
            table.row("in main memory", Figures.bytes(plan.hostBytesAtPeak()), "");
        }
        if (plan.outsideBytes() > 0) {
            table.row("outside the ledger", Figures.bytes(plan.outsideBytes()), "");
        }
        table.print(out);
        out.println();
    }

    private static String share(long bytes, long total) {
        return total == 0 ? "-" : Figures.text("%.1f %%", 100.0 * bytes / total);
    }

    private static void layers(PrintStream out, List<LayerRow> layers) {
        final Table table = new Table("layer", ">weights", ">adapter", ">trained", ">gradients", ">optimizer", ">kept");
        for (final List<LayerRow> run : equalRuns(layers)) {
            final LayerRow row = run.getFirst();
            final String name = run.size() == 1 ? row.layer() : row.layer() + " .. " + run.getLast().layer() + ", each";
            table.row(name, Figures.bytes(row.weightsBytes()), Figures.bytes(row.adapterBytes()), Figures.bytes(row.trainedBytes()),
                    Figures.bytes(row.gradientsBytes()), Figures.bytes(row.optimizerBytes()), Figures.bytes(row.keptBytes()));
        }
        table.print(out);
        out.println();
    }

    /** Neighbours that hold the same are folded to one line; a model of 80 blocks then reads as one of three. */
    private static List<List<LayerRow>> equalRuns(List<LayerRow> layers) {
        final List<List<LayerRow>> runs = new ArrayList<>();
        for (final LayerRow row : layers) {
            if (!runs.isEmpty() && same(runs.getLast().getLast(), row)) {
                runs.getLast().add(row);
            } else {
                runs.add(new ArrayList<>(List.of(row)));
            }
        }
        return runs;
    }

    private static boolean same(LayerRow a, LayerRow b) {
        return new LayerRow(b.layer(), a.weightsBytes(), a.adapterBytes(), a.trainedBytes(), a.gradientsBytes(), a.optimizerBytes(),
                a.keptBytes(), b.flops()).equals(b);
    }

    private static void phases(PrintStream out, MemoryPlan plan) {
        if (plan.preflight().isEmpty()) {
            return;
        }
        final Table table = new Table("phase", "", ">peak", ">headroom");
        plan.preflight().forEach(phase -> {
            final long free = plan.budgetBytes() - plan.outsideBytes() - phase.peakBytes();
            table.row(phase.name(), phase.note(), Figures.bytes(phase.peakBytes()), Figures.bytes(free));
        });
        table.print(out);
        out.println();
    }

    private static void advice(PrintStream out, MemoryPlan plan) {
        if (plan.advice().isEmpty()) {
            return;
        }
        out.println("What to change, best first");
        plan.advice().forEach(advice -> out.println("  " + line(advice)));
        out.println();
    }

    static String line(Advice advice) {
        return "%s: saves %s -> %s, %s time. %s%s".formatted(advice.title(), Figures.bytes(advice.savedBytes()),
                Figures.bytes(advice.peakBytes()), Figures.text("%+.0f %%", advice.extraTime() * 100), advice.exact() ? "Exact. " : "",
                advice.note()).stripTrailing();
    }
}
