package headroom.engine.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An adapter in a folder of named tensors belongs to one base, by the content of that base. */
class AdapterExportTest {
    private static final Path TOKENIZER = Path.of("..", "projects-sample", "src", "bundle", "models", "sprout", "tokenizer.json");

    @TempDir
    private Path folder;

    @Test
    void anAdapterIsRefusedOnABaseWhoseWeightsAreNotThoseItWasTrainedOn() throws Exception {
        final Path model = Files.createDirectories(folder.resolve("home/models/seedling"));
        Files.copy(TOKENIZER, model.resolve("tokenizer.json"));
        Files.writeString(model.resolve("config.json"), """
                {"model_type": "llama", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "vocab_size": 4096, "max_position_embeddings": 128, "tie_word_embeddings": true, "bos_token_id": 1, "eos_token_id": 2}""");
        Files.writeString(folder.resolve("text.txt"), "the soup was warm and the day was bright\n\n".repeat(40));
        try (Workbench workbench = LocalWorkbench.open(folder.resolve("home"), Optional.empty())) {
            final String first = exported(workbench, "pfeiffer", 5, "first");
            assertThat(exported(workbench, "houlsby", 5, "second")).as("another method on the same base").isEqualTo(first).matches("[0-9a-f]{64}");
            final String other = exported(workbench, "pfeiffer", 6, "third");
            assertThat(other).isNotEqualTo(first);

            assertThatCode(() -> AdapterExport.requireBase(folder.resolve("first"), first, "seedling")).doesNotThrowAnyException();
            assertThatThrownBy(() -> AdapterExport.requireBase(folder.resolve("first"), other, "sapling")).isInstanceOf(WorkbenchException.class).hasMessageContaining("trained on another base: seedling")
                    .hasMessageContaining("not those of sapling");
        }
    }

    /** What the exported folder says of its base. */
    private String exported(Workbench workbench, String method, long seed, String name) throws IOException, InterruptedException {
        final PlanRequest plan = PlanRequest.of("seedling", folder.resolve("text.txt").toString(), method).withBatch(4).withLength(32);
        final String run = workbench.start(new RunRequest(plan, Optional.empty(), OptionalInt.of(1), OptionalInt.empty(), OptionalInt.of(1), OptionalInt.of(1), seed, true, false));
        assertThat(workbench.await(run).state()).isEqualTo(RunState.FINISHED);
        workbench.export(run, ExportKind.ADAPTER, folder.resolve(name), Progress.SILENT);
        return new ObjectMapper().readTree(folder.resolve(name).resolve("adapter.json").toFile()).path("base_sha256").asText();
    }
}
