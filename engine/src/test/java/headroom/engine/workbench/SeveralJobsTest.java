package headroom.engine.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several jobs in one run, and several clients: what a person starts, sees, asks and takes away. */
class SeveralJobsTest {
    private static final Path TOKENIZER = Path.of("..", "projects-sample", "src", "bundle", "models", "sprout", "tokenizer.json");

    @TempDir
    private Path folder;
    private Workbench workbench;
    private Path labelled;

    @BeforeEach
    void open() throws IOException {
        final Path model = Files.createDirectories(folder.resolve("home/models/seedling"));
        Files.copy(TOKENIZER, model.resolve("tokenizer.json"));
        Files.writeString(model.resolve("config.json"), """
                {"model_type": "llama", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "vocab_size": 4096, "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
                 "tie_word_embeddings": true, "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": 2}""");
        final StringBuilder rows = new StringBuilder("remark,verdict\n");
        for (int i = 0; i < 47; i++) {
            rows.append(i % 2 == 0 ? "the soup was warm and the day was bright" : "the soup was cold").append(" again".repeat(i % 7)).append(',').append(i % 2 == 0 ? "good" : "bad").append('\n');
        }
        labelled = Files.writeString(folder.resolve("rows.csv"), rows);
        workbench = LocalWorkbench.open(folder.resolve("home"), Optional.empty());
    }

    @AfterEach
    void close() {
        workbench.close();
    }

    private String train(PlanRequest plan) throws InterruptedException {
        final String run = workbench.start(new RunRequest(plan, Optional.empty(), OptionalInt.of(9), OptionalInt.empty(), OptionalInt.of(4), OptionalInt.of(9), 5, true, false));
        final RunSnapshot last = workbench.await(run);
        assertThat(last.state()).as("%s", last.failure()).isEqualTo(RunState.FINISHED);
        assertThat(last.memory().residual()).isEqualTo(CategoryBytes.ZERO);
        return run;
    }

    private PlanRequest plan(String method) {
        return PlanRequest.of("seedling", labelled.toString(), method).withBatch(4).withLength(32).with("rate", "2e-2").with("alpha", "8");
    }

    @Test
    void everyJobIsScoredAskedAndTakenAwayByItself() throws Exception {
        final PlanRequest asked = plan("lorafusion").with("jobs", "3").with("ranks", "2,4,6").with("rates", "1,0.2,3");
        assertThat(workbench.plan(asked, Progress.SILENT).decisions()).anyMatch(d -> d.contains("of each job 4, 4, 4"));
        final String run = train(asked);
        final RunDetails shown = workbench.show(run);
        assertThat(shown.summary().plannedPeakBytes()).isEqualTo(shown.summary().peakBytes());
        assertThat(shown.evals().getLast().metrics()).containsKeys("loss", "accuracy", "loss of job1", "loss of job2", "loss of job3");

        final String text = "the soup was warm";
        final TryResult first = workbench.tryText(run, text, Progress.SILENT);
        final TryResult second = workbench.tryText(run + ":job2", text, Progress.SILENT);
        assertThat(first.tuned().who()).endsWith("job1 of job1, job2, job3");
        assertThat(second.tuned().who()).endsWith("job2 of job1, job2, job3");
        assertThat(first.tuned().labels()).isNotEqualTo(second.tuned().labels());
        assertThat(workbench.tryText(run + ":job1", text, Progress.SILENT).tuned().labels()).isEqualTo(first.tuned().labels());
        assertThatThrownBy(() -> workbench.tryText(run + ":job9", text, Progress.SILENT)).isInstanceOf(WorkbenchException.class).hasMessageContaining("no job 'job9'");

        final ExportReport report = workbench.export(run, ExportKind.ADAPTER, folder.resolve("adapters"), Progress.SILENT);
        assertThat(report.proof().orElseThrow().holds()).isTrue();
        for (final String job : List.of("job1", "job2", "job3")) {
            assertThat(folder.resolve("adapters").resolve(job).resolve("adapter_config.json")).content().contains("\"LORA\"");
            assertThat(folder.resolve("adapters").resolve(job).resolve("adapter_model.safetensors")).isRegularFile();
        }
    }

    @ParameterizedTest
    @CsvSource({"products,0.3", "factors,0"})
    void clientsTrainInTurnAsPlannedAndWhatTravelsIsTold(String average, String evenness) throws Exception {
        final String run = train(plan("federated-lora").with("rank", "2").with("clients", "3").with("local-steps", "2").with("evenness", evenness).with("average", average));
        final RunDetails shown = workbench.show(run);
        assertThat(shown.summary().plannedPeakBytes()).isEqualTo(shown.summary().peakBytes());
        assertThat(shown.evals()).extracting(Evaluation::step).containsExactly(0, 6, 9);
        assertThat(shown.evals().getLast().metrics().get("MiB over links")).isPositive();
        assertThat(workbench.export(run, ExportKind.MERGED, folder.resolve("merged"), Progress.SILENT).proof().orElseThrow().holds()).isTrue();
    }
}
