package headroom.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.method.Method;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.workbench.ExportKind;
import headroom.engine.workbench.ExportReport;
import headroom.engine.workbench.LocalWorkbench;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.RunRequest;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.Workbench;
import headroom.engine.workbench.WorkbenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every entry of the catalogue trains can be taken out: read back, it answers as what was trained, merged and apart. Through the facade, as a person exports. */
class ExportConformanceTest {
    private static final Path TOKENIZER = Path.of("..", "projects-sample", "src", "bundle", "models", "sprout", "tokenizer.json");
    private static final int STEPS = 4;
    private static final Map<String, String> CONFIGS = Map.of(
            "encoder", """
                    {"model_type": "bert", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "vocab_size": 4096,
                     "max_position_embeddings": 64, "type_vocab_size": 2, "add_pooling_layer": false}""",
            "decoder", """
                    {"model_type": "llama", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
                     "vocab_size": 4096, "max_position_embeddings": 64, "tie_word_embeddings": true, "bos_token_id": 1, "eos_token_id": 2}""");

    @TempDir
    private static Path folder;
    private static Workbench workbench;

    @BeforeAll
    static void open() throws IOException {
        for (Map.Entry<String, String> model : CONFIGS.entrySet()) {
            Path at = Files.createDirectories(folder.resolve("home/models").resolve(model.getKey()));
            Files.copy(TOKENIZER, at.resolve("tokenizer.json"));
            Files.writeString(at.resolve("config.json"), model.getValue());
        }
        StringBuilder rows = new StringBuilder("remark,verdict\n");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            String remark = (i % 2 == 0 ? "the soup was warm and the day was bright " : "the soup was cold ") + i;
            rows.append(remark).append(',').append(i % 2 == 0 ? "good" : "bad").append('\n');
            text.append(remark).append("\n\n");
        }
        Files.writeString(folder.resolve("encoder.csv"), rows);
        Files.writeString(folder.resolve("decoder.txt"), text);
        workbench = LocalWorkbench.open(folder.resolve("home"));
    }

    @AfterAll
    static void close() {
        workbench.close();
    }

    static Stream<Trial> trials() {
        return Trial.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trials")
    void anExportReadBackAnswersAsWhatWasTrained(Trial trial) throws Exception {
        String run = train(trial);
        String name = trial.toString().replace(' ', '-');
        if (trial.method().mergeable() && merges(trial)) {
            assertHolds(workbench.export(run, ExportKind.MERGED, folder.resolve(name + "-merged"), Progress.SILENT));
        } else {
            assertThatThrownBy(() -> workbench.export(run, ExportKind.MERGED, folder.resolve(name + "-merged"), Progress.SILENT)).isInstanceOf(WorkbenchException.class);
        }
        if (trial.recipe(Trial.USUAL).adapter() instanceof AdapterChoice.None) {
            assertThatThrownBy(() -> workbench.export(run, ExportKind.ADAPTER, folder.resolve(name + "-adapter"), Progress.SILENT)).isInstanceOf(WorkbenchException.class);
        } else {
            assertHolds(workbench.export(run, ExportKind.ADAPTER, folder.resolve(name + "-adapter"), Progress.SILENT));
        }
    }

    static Stream<Method> entries() {
        return Trial.entries().stream();
    }

    /** A mergeable entry may add what one family has no place for, as biases have none in published decoders; then another has. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("entries")
    void anEntryMergesOnSomeModelIfItSaysSoAndOnNoneIfNot(Method method) {
        assertThat(Stream.of(new Trial(method, "encoder"), new Trial(method, "decoder")).anyMatch(ExportConformanceTest::merges)).isEqualTo(method.mergeable());
    }

    private static boolean merges(Trial trial) {
        SmallTask task = trial.task();
        try (Rehearsal dry = new Rehearsal(trial.recipe(Trial.USUAL), task.maker(), task.task(), Run.SEED, STEPS)) {
            return dry.assembly().adapter() == null || dry.assembly().adapter().merges();
        }
    }

    private static String train(Trial trial) throws InterruptedException {
        PlanRequest plan = PlanRequest.of(trial.model(), folder.resolve(trial.model().equals("encoder") ? "encoder.csv" : "decoder.txt").toString(), trial.method().id());
        for (Map.Entry<String, String> setting : trial.settings(new Trial.Extent(4, 1, 32, "f32")).entrySet()) {
            plan = switch (setting.getKey()) {
                case "batch" -> plan.withBatch(Integer.parseInt(setting.getValue()));
                case "length" -> plan.withLength(Integer.parseInt(setting.getValue()));
                default -> plan.with(setting.getKey(), setting.getValue());
            };
        }
        String run = workbench.start(new RunRequest(plan, Optional.empty(), OptionalInt.of(STEPS), OptionalInt.empty(), OptionalInt.of(STEPS), OptionalInt.of(STEPS), Run.SEED, true, false));
        assertThat(workbench.await(run).state()).isEqualTo(RunState.FINISHED);
        return run;
    }

    private static void assertHolds(ExportReport report) {
        ExportReport.Proof proof = report.proof().orElseThrow();
        assertThat(proof.rows()).isPositive();
        assertThat(proof.largestDifference()).as(proof.claim()).isLessThanOrEqualTo(proof.bound());
    }
}
