package headroom.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headroom.engine.compute.Shape;
import headroom.engine.exchange.SafeTensorsFile;
import headroom.engine.exchange.TensorFile;
import headroom.engine.method.Method;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.train.TinyTask;
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
import java.util.List;
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

    /** None of them where the suite is asked for other entries. */
    static Stream<Trial> peftForms() {
        return Trial.all().filter(t -> t.model().equals("decoder") && List.of("dora", "vera", "adalora", "pissa").contains(t.method().id()));
    }

    /** The LoRA family as PEFT's files have it: kind, keys and tensors. */
    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("peftForms")
    void theLoraFamilyIsWrittenInTheFormsOfPeft(Trial trial) throws Exception {
        String id = trial.method().id();
        Path at = folder.resolve(id + "-as-peft");
        assertHolds(workbench.export(train(trial), ExportKind.ADAPTER, at, Progress.SILENT));
        JsonNode config = new ObjectMapper().readTree(at.resolve("adapter_config.json").toFile());
        String module = "base_model.model.model.layers.0.self_attn.q_proj";
        try (TensorFile file = SafeTensorsFile.open(at.resolve("adapter_model.safetensors"))) {
            assertThat(config.get("peft_type").textValue()).isEqualTo(id.equals("vera") ? "VERA" : "LORA");
            assertThat(config.get("target_modules")).extracting(JsonNode::textValue).contains("model.layers.0.self_attn.q_proj");
            long rank = Long.parseLong(trial.method().trial().get("rank"));
            if (id.equals("vera")) {
                assertThat(file.names()).contains(module + ".vera_lambda_b", module + ".vera_lambda_d").doesNotContain(module + ".lora_A.weight");
                assertThat(file.get("base_model.vera_A").shape()).isEqualTo(Shape.of(rank, 64));
                assertThat(file.get("base_model.vera_B").shape()).isEqualTo(Shape.of(64, rank));
                assertThat(config.get("save_projection").booleanValue()).isTrue();
                return;
            }
            assertThat(config.get("use_dora").booleanValue()).isEqualTo(id.equals("dora"));
            assertThat(file.names().contains(module + ".lora_magnitude_vector")).isEqualTo(id.equals("dora"));
            long ranks = 0;
            for (String name : file.names()) {
                if (name.endsWith(".lora_A.weight")) {
                    ranks += file.get(name).shape().dim(0);
                    String site = name.substring("base_model.model.".length(), name.length() - ".lora_A.weight".length());
                    long written = file.get(name).shape().dim(0);
                    // a pattern of the library is a regular expression for the end of a path
                    long said = config.get("rank_pattern").properties().stream().filter(e -> site.matches("(.*\\.)?(" + e.getKey() + ")")).findFirst().map(e -> e.getValue().asLong())
                            .orElse(config.get("r").asLong());
                    assertThat(said).as(site).isEqualTo(written);
                    assertThat(written).as(site).isEqualTo(switch (id) {
                        case "pissa" -> 2 * rank;
                        case "dora" -> rank;
                        default -> written;
                    });
                }
            }
            if (id.equals("adalora")) {
                // the budget is at its target after the third of four steps: what is switched off is not written
                long sites = trial.task().config().layers() * 7L;
                assertThat(ranks).isEqualTo(Long.parseLong(trial.method().trial().get("target")) * sites);
            }
        }
    }

    static Stream<Trial> pointForms() {
        return Trial.all().filter(t -> t.model().equals("decoder") && List.of("ia3", "prompt-tuning", "prefix-tuning", "p-tuning-v2").contains(t.method().id()));
    }

    /** What stands at activations, or in front of a text, as PEFT's files have it. On an encoder a prefix has no such form: PEFT would move the text to later positions. */
    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("pointForms")
    void vectorsAtPointsAndInFrontAreWrittenInTheFormsOfPeft(Trial trial) throws Exception {
        String id = trial.method().id();
        Path at = folder.resolve(id + "-as-peft");
        assertHolds(workbench.export(train(trial), ExportKind.ADAPTER, at, Progress.SILENT));
        JsonNode config = new ObjectMapper().readTree(at.resolve("adapter_config.json").toFile());
        assertThat(config.get("task_type").textValue()).isEqualTo("CAUSAL_LM");
        try (TensorFile file = SafeTensorsFile.open(at.resolve("adapter_model.safetensors"))) {
            if (id.equals("ia3")) {
                String layer = "base_model.model.model.layers.2.";
                assertThat(config.get("peft_type").textValue()).isEqualTo("IA3");
                assertThat(config.get("feedforward_modules")).extracting(JsonNode::textValue).allMatch(m -> m.endsWith("mlp.down_proj")).hasSize(3);
                assertThat(config.get("target_modules")).extracting(JsonNode::textValue).contains("model.layers.2.self_attn.k_proj", "model.layers.2.mlp.down_proj").hasSize(9);
                assertThat(file.names()).hasSize(9);
                assertThat(file.get(layer + "self_attn.v_proj.ia3_l").shape()).isEqualTo(Shape.of(16, 1));
                assertThat(file.get(layer + "mlp.down_proj.ia3_l").shape()).isEqualTo(Shape.of(1, 64));
                return;
            }
            long rows = 6;
            assertThat(file.names()).containsExactly("prompt_embeddings");
            assertThat(config.get("num_virtual_tokens").longValue()).isEqualTo(rows);
            assertThat(config.get("num_layers").longValue()).isEqualTo(3);
            boolean prompt = id.equals("prompt-tuning");
            assertThat(config.get("peft_type").textValue()).isEqualTo(prompt ? "PROMPT_TUNING" : "PREFIX_TUNING");
            // keys and values of two heads of width 8 in three layers
            assertThat(file.get("prompt_embeddings").shape()).isEqualTo(prompt ? Shape.of(rows, 32) : Shape.of(rows, 2 * 3 * 16));
            assertThat(config.get("token_dim").longValue()).isEqualTo(prompt ? 32 : 16);
            assertThat(config.get("num_attention_heads").longValue()).isEqualTo(prompt ? 4 : 2);
        }
    }

    static Stream<Trial> besideTheAdapter() {
        return Trial.all().filter(t -> t.method().id().equals("pairs-and-norms"));
    }

    /** What a run trains of the base beside its pairs goes along, as modules kept whole. */
    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("besideTheAdapter")
    void whatTrainsOfTheBaseBesidePairsIsKeptWhole(Trial trial) throws Exception {
        boolean decoder = trial.model().equals("decoder");
        Path at = folder.resolve("pairs-and-norms-" + trial.model() + "-as-peft");
        assertHolds(workbench.export(train(trial), ExportKind.ADAPTER, at, Progress.SILENT));
        JsonNode config = new ObjectMapper().readTree(at.resolve("adapter_config.json").toFile());
        assertThat(config.get("peft_type").textValue()).isEqualTo("LORA");
        // two norms a block and one at an end of the stack, and the head of a classifier
        assertThat(config.get("modules_to_save")).extracting(JsonNode::textValue).hasSize(decoder ? 7 : 8).contains(decoder ? "model.norm" : "classifier",
                decoder ? "model.layers.1.post_attention_layernorm" : "encoder.layer.1.output.LayerNorm");
        try (TensorFile file = SafeTensorsFile.open(at.resolve("adapter_model.safetensors"))) {
            // an encoder's norms have shifts as well
            assertThat(file.names().stream().filter(n -> !n.contains(".lora_"))).hasSize(decoder ? 7 : 16);
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
        TinyTask task = trial.task();
        try (Rehearsal dry = new Rehearsal(trial.recipe(Trial.USUAL), task.maker(), task.task(), Run.SEED, STEPS)) {
            return dry.assembly().adapter() == null || dry.assembly().adapter().merges();
        }
    }

    private static String train(Trial trial) throws InterruptedException {
        PlanRequest plan = PlanRequest.of(trial.model(), folder.resolve(trial.classifies() ? "encoder.csv" : "decoder.txt").toString(), trial.method().id());
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
