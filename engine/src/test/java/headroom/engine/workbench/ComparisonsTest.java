package headroom.engine.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonsTest {
    private final RunDetails lean = run("0001", "lora", 300L << 20, 0.85, 1, Map.of("rank", "8", "batch", "32"));
    private final RunDetails good = run("0002", "full", 900L << 20, 0.91, 1, Map.of("batch", "32"));

    @Test
    void theHeadlineNamesTheLeanestAndTheBest() {
        assertThat(Comparisons.of(List.of(lean, good)).headline()).isEqualTo("A needs the least memory; B reaches the highest accuracy.");
        assertThat(Comparisons.of(List.of(good, run("0003", "qlora", 200L << 20, 0.95, 1, Map.of()))).headline())
                .isEqualTo("B needs the least memory and reaches the highest accuracy.");
    }

    @Test
    void theHeadlinePraisesNobodyForWhatAllReach() {
        assertThat(Comparisons.of(List.of(lean, lean)).headline()).isEqualTo("All need the same memory and reach the same accuracy.");
        assertThat(Comparisons.of(List.of(good, run("0003", "qlora", 200L << 20, 0.91, 1, Map.of()))).headline())
                .isEqualTo("B needs the least memory; all reach the same accuracy.");
        assertThat(Comparisons.of(List.of(lean, run("0004", "lora", 300L << 20, 0.9, 1, Map.of()))).headline())
                .isEqualTo("All need the same memory; B reaches the highest accuracy.");
    }

    @Test
    void differencesAreMarkedAndTheBestOfEachLineIsFound() {
        final Comparison comparison = Comparisons.of(List.of(lean, good));
        assertThat(row(comparison.settings(), "rank").values()).containsExactly("8", "-");
        assertThat(row(comparison.settings(), "rank").differs()).isTrue();
        assertThat(row(comparison.settings(), "batch").differs()).isFalse();
        assertThat(row(comparison.results(), "peak, GiB").best()).isZero();
        assertThat(row(comparison.results(), "evaluation accuracy").best()).isEqualTo(1);
        assertThat(row(comparison.results(), "plan residual, B").values()).containsExactly("0", "0");
        assertThat(row(comparison.results(), "plan residual, B").best()).isEqualTo(-1);
    }

    @Test
    void unequalRunsAreComparedWithAWarning() {
        final Comparison comparison = Comparisons.of(List.of(lean, run("0004", "lora", 1, 0.5, 2, Map.of())));
        assertThat(comparison.sentence()).startsWith("The runs have different seeds.");
    }

    @Test
    void curvesAreWrittenLineByLineWithEvaluationsBesideTheirStep(@TempDir Path folder) throws Exception {
        final Path file = folder.resolve("curves.csv");
        CurvesCsv.write(lean, file);
        assertThat(Files.readAllLines(file)).containsExactly(
                "step,seconds,tokens,epoch,loss,learning_rate,gradient_norm,tokens_per_second,peak_bytes,eval_accuracy",
                "1,0.5,4096,0.1,0.7,1.0E-4,,8192.0,314572800,", "2,1.0,8192,0.2,0.5,1.0E-4,1.5,8192.0,314572800,0.85");
    }

    private static Comparison.Row row(List<Comparison.Row> rows, String name) {
        return rows.stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
    }

    private static RunDetails run(String id, String method, long peakBytes, double accuracy, long seed, Map<String, String> settings) {
        final CategoryBytes peak = new CategoryBytes(peakBytes, 0, 0, 0, 0, 0, 0);
        final RunSummary summary = new RunSummary(id, method, "minilm", "reviews", method, RunState.FINISHED, false, Instant.EPOCH, seed, 2, 2, 2,
                0.5, Map.of("accuracy", accuracy), peakBytes, peakBytes, peak, 8L << 30, 8192, 1, 1000);
        final StepHistory.Recorder history = new StepHistory.Recorder();
        history.add(1, 0.5, 4096, 0.1, 0.7, 1e-4, Double.NaN, 8192, peakBytes);
        history.add(2, 1.0, 8192, 0.2, 0.5, 1e-4, 1.5, 8192, peakBytes);
        return new RunDetails(summary, RunRequest.of(PlanRequest.of("minilm", "reviews", method)), settings, history.soFar(),
                List.of(new Evaluation(2, 1, 8192, 0.2, Map.of("accuracy", accuracy), peakBytes)), peak, List.of(), List.of(), List.of(), 0, List.of(),
                Optional.empty(), Optional.empty());
    }
}
