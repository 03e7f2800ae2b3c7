package headroom.engine.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class RunReportTest {
    private final CategoryBytes peak = new CategoryBytes(1 << 20, 0, 1 << 20, 2 << 20, 4096, 0, 64);

    @Test
    void thePageStandsAloneAndShowsTextChartsAndSettings() throws Exception {
        final TryResult.Answer answer = new TryResult.Answer("MiniLM", "good", List.of(new TryResult.Probability("good", 0.9)), List.of(), 5, 0.1, 1, Optional.empty());
        final String page = RunReport.page(run(5000), List.of(new TryResult("0001", "a <b> & \"c\"", answer, answer)));
        assertThat(page).containsSubsequence("a &lt;b&gt; &amp; &quot;c&quot;", "good 90.0 %", "<h2>Loss</h2>", "<h2>Memory at the peak</h2>", "0 B", "<h2>Settings</h2>", "rank")
                .doesNotContain("http", "src=");
        // every tag is closed: it reads as XML once the doctype and the void meta tag are out of the way
        final String xml = page.replace("<!doctype html>\n", "").replace("<meta charset=\"utf-8\">", "");
        assertThat(DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml))).getElementsByTagName("polyline").getLength())
                .isEqualTo(1);
    }

    @Test
    void aLongRunIsDrawnThroughItsExtremes() {
        final String page = RunReport.page(run(50_000), List.of());
        final String points = page.substring(page.indexOf("points=\"") + 8, page.indexOf("\"/>", page.indexOf("points=\"")));
        assertThat(points.split(" ").length).isBetween(2000, 5000);
        // the one spike, at the top of the chart
        assertThat(points).contains(",8.0 ");
    }

    @Test
    void aRunWithoutStepsHasNoLossChart() {
        assertThat(RunReport.page(run(0), List.of())).doesNotContain("<h2>Loss</h2>").contains("<h2>Settings</h2>");
    }

    private RunDetails run(int steps) {
        final StepHistory.Recorder history = new StepHistory.Recorder();
        for (int step = 1; step <= steps; step++) {
            history.add(step, step, step * 64L, 1, step == 1234 ? 9 : 1.0 / step, 1e-4, 1, 64, 4 << 20);
        }
        final RunSummary summary = new RunSummary("0001", "LoRA", "minilm", "reviews", "lora", RunState.FINISHED, false, Instant.EPOCH, 1, steps, steps, -1, 0.5,
                Map.of("loss", 0.4), peak.totalBytes(), peak.totalBytes(), peak, 8L << 30, 64, steps, 1000);
        return new RunDetails(summary, RunRequest.of(PlanRequest.of("minilm", "reviews", "lora")), Map.of("rank", "8"), history.soFar(),
                List.of(new Evaluation(Math.max(1, steps), steps, 64, 1, Map.of("loss", 0.4), 1)), peak, List.of(), List.of(), List.of(), 0, List.of(), Optional.empty(), Optional.empty());
    }
}
