package headroom.engine.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network beside the model, as a person plans, trains, asks and takes it away. */
class BesideTheModelTest {
    private static final Path TOKENIZER = Path.of("..", "projects-sample", "src", "bundle", "models", "sprout", "tokenizer.json");

    @TempDir
    private Path folder;
    private Workbench workbench;

    @BeforeEach
    void open() throws IOException {
        final Path model = Files.createDirectories(folder.resolve("home/models/seedling"));
        Files.copy(TOKENIZER, model.resolve("tokenizer.json"));
        Files.writeString(model.resolve("config.json"), """
                {"model_type": "llama", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "vocab_size": 4096, "max_position_embeddings": 128, "tie_word_embeddings": true, "bos_token_id": 1, "eos_token_id": 2}""");
        Files.writeString(folder.resolve("text.txt"), "the soup was warm and the day was bright\n\n".repeat(40));
        workbench = LocalWorkbench.open(folder.resolve("home"), Optional.empty());
    }

    @AfterEach
    void close() {
        workbench.close();
    }

    private PlanRequest plan(String method) {
        return PlanRequest.of("seedling", folder.resolve("text.txt").toString(), method).withBatch(4).withLength(32).with("rate", "1e-2");
    }

    private String trained(PlanRequest plan) throws InterruptedException {
        final String run = workbench.start(new RunRequest(plan, Optional.empty(), OptionalInt.of(20), OptionalInt.empty(), OptionalInt.of(20), OptionalInt.of(20), 5, true, false));
        final RunSnapshot last = workbench.await(run);
        assertThat(last.state()).as("%s", last.failure()).isEqualTo(RunState.FINISHED);
        assertThat(last.memory().residual()).isEqualTo(CategoryBytes.ZERO);
        return run;
    }

    @Test
    void theUntouchedModelAnswersByItselfAndTheTunedOneByTheNetwork() throws Exception {
        final String side = trained(plan("lst").with("width", "4"));
        assertThat(workbench.show(side).summary().plannedPeakBytes()).isEqualTo(workbench.show(side).summary().peakBytes());
        final TryResult asked = workbench.tryText(side, "the soup was", Progress.SILENT);
        final TryResult other = workbench.tryText(trained(plan("pfeiffer").with("width", "4")), "the soup was", Progress.SILENT);
        assertThat(asked.base().text()).isEqualTo(other.base().text());
        assertThat(asked.tuned().text()).isNotEqualTo(asked.base().text());
        assertThat(workbench.export(side, ExportKind.ADAPTER, folder.resolve("side"), Progress.SILENT).proof().orElseThrow().holds()).isTrue();
        assertThatThrownBy(() -> workbench.export(side, ExportKind.MERGED, folder.resolve("dense"), Progress.SILENT)).isInstanceOf(WorkbenchException.class)
                .hasMessageContaining("What LST adds to the model has no place in a dense one");
    }

    @Test
    void itsSlotsAreSaidInWords() {
        assertThat(workbench.catalog().method("lst").orElseThrow().slots()).extracting(MethodEntry.SlotChoice::choice)
                .contains("network of 1/8 of the width beside the model, reading every block, starting as a cut of its blocks", "none of the frozen blocks, beside them what is needed");
    }
}
