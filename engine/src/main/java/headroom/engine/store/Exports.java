package headroom.engine.store;

import java.io.IOException;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** What is stored, for other programs. */
public final class Exports {
    private static final CSVFormat FORMAT = CSVFormat.RFC4180.builder()
            .setHeader("run", "name", "step", "loss", "tokens", "seconds", "epoch", "learning_rate", "gradient_norm", "tokens_per_second",
                    "peak_bytes")
            .get();

    private Exports() {}

    /**
     * The steps of runs as CSV (RFC 4180, one header row, numbers with a point), run after run in the order asked. A gradient norm that was
     * not measured is empty; a loss that is not a number is {@code NaN}.
     *
     * @throws StoreException if a run does not exist; nothing is written then
     */
    public static void stepsAsCsv(ExperimentStore store, List<String> runs, Appendable to) throws IOException {
        final List<StoredRun> found = runs.stream().map(store::run).toList();
        store.flush();
        final CSVPrinter csv = new CSVPrinter(to, FORMAT);
        for (final StoredRun run : found) {
            for (final StoredStep s : store.steps(run.id())) {
                csv.printRecord(run.id(), run.asked().name(), s.step(), s.loss(), s.tokens(), s.seconds(), s.epoch(), s.learningRate(),
                        Double.isNaN(s.gradientNorm()) ? "" : s.gradientNorm(), s.tokensPerSecond(), s.peakBytes());
            }
        }
        csv.flush();
    }
}
