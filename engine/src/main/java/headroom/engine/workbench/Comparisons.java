package headroom.engine.workbench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Puts runs side by side and says in one sentence what the figures show. */
final class Comparisons {
    private Comparisons() {}

    static Comparison of(List<RunDetails> runs) {
        return new Comparison(runs, headline(runs), caution(runs), settings(runs), results(runs));
    }

    private static List<Comparison.Row> settings(List<RunDetails> runs) {
        final List<Comparison.Row> rows = new ArrayList<>();
        rows.add(chosen("model", runs, run -> run.summary().model()));
        rows.add(chosen("data", runs, run -> run.summary().data()));
        rows.add(chosen("method", runs, run -> run.summary().method()));
        final Set<String> keys = new LinkedHashSet<>();
        runs.forEach(run -> keys.addAll(run.settings().keySet()));
        keys.forEach(key -> rows.add(chosen(key, runs, run -> run.settings().getOrDefault(key, "-"))));
        rows.add(chosen("seed", runs, run -> Long.toString(run.summary().seed())));
        rows.add(chosen("steps", runs, run -> Integer.toString(run.summary().steps())));
        rows.add(chosen("trained parameters", runs, run -> text("%,d", run.summary().trainedParameters())));
        return rows;
    }

    private static List<Comparison.Row> results(List<RunDetails> runs) {
        final List<Comparison.Row> rows = new ArrayList<>();
        rows.add(measured("peak, GiB", runs, run -> run.summary().peakBytes() / (double) (1L << 30), "%.3f", false));
        rows.add(measured("plan residual, B", runs, run -> run.summary().peakBytes() - run.summary().plannedPeakBytes(), "%,.0f",
                Comparator.comparingDouble(Math::abs)));
        rows.add(measured("last training loss", runs, run -> run.summary().loss(), "%.3f", false));
        metrics(runs).forEach(name -> rows.add(measured("evaluation " + name, runs, run -> metric(run, name), "%.3f", largerIsBetter(name))));
        rows.add(measured("time, s", runs, run -> run.summary().seconds(), "%,.1f", false));
        rows.add(measured("tokens per second", runs, run -> run.summary().tokensPerSecond(), "%,.0f", true));
        return rows;
    }

    private static Comparison.Row chosen(String name, List<RunDetails> runs, Function<RunDetails, String> value) {
        final List<String> values = runs.stream().map(value).toList();
        return new Comparison.Row(name, values, values.stream().distinct().count() > 1, -1);
    }

    private static Comparison.Row measured(
            String name, List<RunDetails> runs, ToDoubleFunction<RunDetails> value, String format, boolean largerIsBetter) {
        final Comparator<Double> natural = Comparator.naturalOrder();
        return measured(name, runs, value, format, largerIsBetter ? natural.reversed() : natural);
    }

    private static Comparison.Row measured(
            String name, List<RunDetails> runs, ToDoubleFunction<RunDetails> value, String format, Comparator<Double> better) {
        final List<Double> values = runs.stream().map(value::applyAsDouble).toList();
        final List<String> texts = values.stream().map(v -> Double.isNaN(v) ? "-" : text(format, v)).toList();
        final boolean differs = texts.stream().distinct().count() > 1;
        return new Comparison.Row(name, texts, differs, differs ? best(values, better).orElse(-1) : -1);
    }

    private static OptionalInt best(List<Double> values, Comparator<Double> better) {
        return IntStream.range(0, values.size()).filter(i -> !Double.isNaN(values.get(i))).boxed()
                .min(Comparator.comparing(values::get, better)).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private static String headline(List<RunDetails> runs) {
        final int leanest = best(runs.stream().map(run -> (double) run.summary().peakBytes()).toList(), Comparator.naturalOrder()).orElse(0);
        final boolean leaner = differ(runs, run -> run.summary().peakBytes());
        final String memory = leaner ? letter(leanest) + " needs the least memory" : "All need the same memory";
        final Optional<String> quality = Stream.of("accuracy", "loss").filter(metrics(runs)::contains).findFirst();
        if (quality.isEmpty()) {
            return memory + ".";
        }
        final String name = quality.get();
        final boolean larger = largerIsBetter(name);
        final int best = best(runs.stream().map(run -> metric(run, name)).toList(),
                larger ? Comparator.<Double>naturalOrder().reversed() : Comparator.naturalOrder()).orElse(0);
        final String what = name.equals("loss") ? "evaluation loss" : name;
        if (!differ(runs, run -> metric(run, name))) {
            return memory + (leaner ? "; all reach the same " : " and reach the same ") + what + ".";
        }
        final String reaches = " reaches the " + (larger ? "highest " : "lowest ") + what;
        return leaner && best == leanest ? memory + " and" + reaches + "." : memory + "; " + letter(best) + reaches + ".";
    }

    /** What has to be known before the headline is believed. */
    private static String caution(List<RunDetails> runs) {
        final List<String> unequal = new ArrayList<>();
        if (differ(runs, run -> run.summary().model())) {
            unequal.add("models");
        }
        if (differ(runs, run -> run.summary().data())) {
            unequal.add("data");
        }
        if (differ(runs, run -> run.summary().step())) {
            unequal.add("numbers of steps");
        }
        if (differ(runs, run -> run.summary().seed())) {
            unequal.add("seeds");
        }
        final String seeds = "One run each: differences within the spread of seeds mean nothing.";
        return unequal.isEmpty() ? seeds : "The runs have different " + String.join(", ", unequal) + ". " + seeds;
    }

    private static boolean differ(List<RunDetails> runs, Function<RunDetails, Object> value) {
        return runs.stream().map(value).distinct().count() > 1;
    }

    private static Set<String> metrics(List<RunDetails> runs) {
        final Set<String> names = new LinkedHashSet<>();
        runs.forEach(run -> names.addAll(run.summary().metrics().keySet()));
        return names;
    }

    private static double metric(RunDetails run, String name) {
        return run.summary().metrics().getOrDefault(name, Double.NaN);
    }

    private static boolean largerIsBetter(String metric) {
        return !metric.contains("loss") && !metric.contains("perplexity") && !metric.contains("error");
    }

    private static String letter(int i) {
        return (i < 26 ? "" : letter(i / 26 - 1)) + (char) ('A' + i % 26);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
