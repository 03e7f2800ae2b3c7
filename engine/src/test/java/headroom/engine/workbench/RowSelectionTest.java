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

/** Runs that choose their rows first: what a person sees of it, and that it is done once. */
class RowSelectionTest {
    private static final Path TOKENIZER = Path.of("..", "projects-sample", "src", "bundle", "models", "sprout", "tokenizer.json");

    @TempDir
    private Path folder;
    private Workbench workbench;
    private Path labelled;
    private Path pairs;

    @BeforeEach
    void open() throws IOException {
        final Path model = Files.createDirectories(folder.resolve("home/models/seedling"));
        Files.copy(TOKENIZER, model.resolve("tokenizer.json"));
        Files.writeString(model.resolve("config.json"), """
                {"model_type": "llama", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "vocab_size": 4096, "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
                 "tie_word_embeddings": true, "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": 2}""");
        final StringBuilder marks = new StringBuilder("remark,verdict\n");
        final StringBuilder asked = new StringBuilder("question,answer\n");
        for (int i = 0; i < 40; i++) {
            marks.append(i % 2 == 0 ? "the soup was warm and the day was bright" : "the soup was cold").append(' ').append(i).append(',').append(i % 2 == 0 ? "good" : "bad").append('\n');
            asked.append("what comes after ").append(i).append("?,the number ").append(i + 1).append(" follows ").append("again ".repeat(i % 5)).append(i).append('\n');
        }
        labelled = Files.writeString(folder.resolve("rows.csv"), marks);
        pairs = Files.writeString(folder.resolve("pairs.csv"), asked);
        workbench = LocalWorkbench.open(folder.resolve("home"), Optional.empty());
    }

    @AfterEach
    void close() {
        workbench.close();
    }

    private PlanRequest plan(Path data, String select) {
        return PlanRequest.of("seedling", data.toString(), "lora").withBatch(4).withLength(32).with("rate", "1e-2").with("select", select);
    }

    private static RunRequest request(PlanRequest plan) {
        return new RunRequest(plan, Optional.empty(), OptionalInt.empty(), OptionalInt.of(2), OptionalInt.empty(), OptionalInt.of(2), 5, true, false);
    }

    private static String chosen(List<RunEvent> events) {
        return events.stream().filter(e -> e.title().equals("Rows chosen")).map(RunEvent::detail).reduce((a, b) -> {
            throw new AssertionError("chosen twice: " + a + " and " + b);
        }).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"labels,loss:0.5,top,false", "labels,entropy:0.25,facility,true", "pairs,ifd:0.5,clusters,false", "pairs,perplexity:0.5,top,true", "pairs,ifd:0.5,facility,true"})
    void aRunTrainsOnTheRowsThatItsBaseModelChoseAsPlannedToTheByte(String data, String select, String by, boolean pack) throws Exception {
        final PlanRequest asked = plan(data.equals("labels") ? labelled : pairs, select).with("select-by", by).with("select-clusters", "3").with("pack", Boolean.toString(pack));
        final MemoryPlan planned = workbench.plan(asked, Progress.SILENT);
        assertThat(planned.preflight()).extracting(MemoryPlan.Phase::name).startsWith("Select");
        assertThat(planned.preflight().getFirst().peakBytes()).isPositive();

        final String run = workbench.start(request(asked));
        final RunSnapshot last = workbench.await(run);
        assertThat(last.state()).as("%s", last.failure()).isEqualTo(RunState.FINISHED);
        final RunDetails shown = workbench.show(run);
        final String told = chosen(shown.events());
        assertThat(told).contains(" rows kept by ").contains("scores ").contains("of those kept");
        final int kept = Integer.parseInt(told.substring(0, told.indexOf(' ')));
        final int of = Integer.parseInt(told.replaceAll("^\\d+ of (\\d+) rows.*", "$1"));
        assertThat(of).isBetween(34, 38);
        assertThat(kept).isBetween(1, (int) Math.ceil(of * (select.endsWith("0.25") ? 0.25 : 0.5)));
        if (data.equals("labels") && !pack) {
            assertThat(kept).isEqualTo(of / 2);
            assertThat(last.steps()).isEqualTo(2 * Math.ceilDiv(kept, 4));
        }
        assertThat(shown.history().losses()).hasSize(last.steps());
        assertThat(shown.summary().plannedPeakBytes()).isEqualTo(shown.summary().peakBytes());
        assertThat(last.memory().residual()).isEqualTo(CategoryBytes.ZERO);
    }

    @Test
    void aResumedRunGoesOnWithTheRowsThatWereChosen() throws Exception {
        final RunRequest request = request(plan(pairs, "loss:0.5"));
        final double[] unbroken = workbench.await(workbench.start(request)).history().losses();

        final String run = workbench.start(request);
        while (workbench.snapshot(run).step() < 2 && !workbench.snapshot(run).state().ended()) {
            Thread.sleep(1);
        }
        workbench.command(run, RunCommand.STOP);
        final RunSnapshot stopped = workbench.await(run);
        assertThat(stopped.state()).isEqualTo(RunState.STOPPED);
        assertThat(folder.resolve("home/runs/" + run + "/selection.json")).content().contains("\"rows\"");

        workbench.resume(run);
        final RunSnapshot finished = workbench.await(run);
        assertThat(finished.history().losses()).isEqualTo(unbroken);
        assertThat(chosen(workbench.show(run).events())).contains("rows kept by loss");
        assertThat(workbench.show(run).summary().plannedPeakBytes()).isEqualTo(workbench.show(run).summary().peakBytes());
    }

    @Test
    void otherRowsAreAnotherRun() throws Exception {
        final String run = workbench.start(request(plan(pairs, "loss:0.5")));
        while (workbench.snapshot(run).step() < 1 && !workbench.snapshot(run).state().ended()) {
            Thread.sleep(1);
        }
        workbench.command(run, RunCommand.STOP);
        workbench.await(run);
        assertThatThrownBy(() -> workbench.resume(run, plan(pairs, "loss:0.25"))).isInstanceOf(WorkbenchException.class).hasMessageContaining("would lose what run");
    }

    @Test
    void rowsThatCannotBeScoredInThisWayAreRefusedBeforeAnythingStarts() {
        assertThatThrownBy(() -> workbench.start(request(plan(labelled, "ifd:0.5")))).isInstanceOf(WorkbenchException.class)
                .hasMessageContaining("ifd wants a question and its answer").hasMessageContaining("use loss or entropy");
        assertThatThrownBy(() -> workbench.plan(plan(labelled, "luck"), Progress.SILENT)).isInstanceOf(WorkbenchException.class).hasMessageContaining("setting select is 'luck'");
        assertThat(workbench.runs()).isEmpty();
    }
}
