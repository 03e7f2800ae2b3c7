package headroom.engine.workbench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** Every curve of a run as one CSV table: a line per step, with the evaluations beside the step they followed. */
final class CurvesCsv {
    private CurvesCsv() {}

    static void write(RunDetails run, Path file) throws IOException {
        try (BufferedWriter text = Files.newBufferedWriter(file)) {
            write(run, text);
        }
    }

    private static void write(RunDetails run, Writer text) throws IOException {
        final Map<Integer, Evaluation> evals = new HashMap<>();
        run.evals().forEach(evaluation -> evals.put(evaluation.step(), evaluation));
        final List<String> metrics = new TreeSet<>(run.evals().stream().map(Evaluation::metrics).map(Map::keySet).flatMap(Collection::stream)
                .toList()).stream().toList();
        try (CSVPrinter csv = CSVFormat.RFC4180.print(text)) {
            csv.print("step");
            for (final String name : List.of("seconds", "tokens", "epoch", "loss", "learning_rate", "gradient_norm", "tokens_per_second", "peak_bytes")) {
                csv.print(name);
            }
            for (final String metric : metrics) {
                csv.print("eval_" + metric);
            }
            csv.println();
            final StepHistory history = run.history();
            if (evals.containsKey(0)) {
                line(csv, metrics, evals.get(0), 0, "", "", "", "", "", "", "", "");
            }
            for (int i = 0; i < history.size(); i++) {
                line(csv, metrics, evals.get(history.step(i)), history.step(i), history.seconds(i), history.tokens(i), history.epoch(i),
                        history.loss(i), history.learningRate(i), known(history.gradientNorm(i)), history.tokensPerSecond(i), history.peakBytes(i));
            }
        }
    }

    private static void line(CSVPrinter csv, List<String> metrics, Evaluation evaluation, Object... cells) throws IOException {
        for (final Object cell : cells) {
            csv.print(cell);
        }
        for (final String metric : metrics) {
            csv.print(evaluation == null ? "" : evaluation.metrics().getOrDefault(metric, Double.NaN));
        }
        csv.println();
    }

    private static Object known(double value) {
        return Double.isNaN(value) ? "" : value;
    }
}
