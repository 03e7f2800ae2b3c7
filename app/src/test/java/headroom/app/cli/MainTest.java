package headroom.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.RunRequest;
import headroom.engine.workbench.RunState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as scripts see it: spellings, streams, exit codes and JSON field names. */
class MainTest {
    private static final String[] TRAIN = {"train", "--model", "minilm", "--data", "reviews.csv", "--method", "full", "--steps", "2"};

    private final RecordedWorkbench workbench = new RecordedWorkbench();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @Test
    void planWritesTheFieldsThatScriptsRelyOn() throws Exception {
        assertThat(run("plan", "--model", "llama-7b", "--method", "lora", "--batch", "1", "--length", "2048", "--json", "-")).isZero();

        final JsonNode plan = json();
        assertThat(plan.get("peakBytes").asLong()).isEqualTo(RecordedWorkbench.PEAK_BYTES);
        assertThat(names(plan.get("byCategoryAtPeak")))
                .containsExactly("weights", "adapter", "gradients", "optimizer", "activations", "workspace", "data");
        assertThat(plan.at("/byCategoryAtPeak/optimizer").asLong()).isEqualTo(180_000_000);
        assertThat(plan.get("flops").asDouble()).isEqualTo(5.5e11);
        assertThat(plan.get("perLayer")).hasSize(2);
        assertThat(names(plan.at("/perLayer/0"))).containsExactly("layer", "weightsBytes", "adapterBytes", "trainedBytes", "gradientsBytes",
                "optimizerBytes", "keptBytes", "flops");
        assertThat(names(plan)).contains("verdict", "budgetBytes", "freeBytes", "largest", "phases", "advice", "settings");
    }

    @Test
    void trainWritesTheFieldsThatScriptsRelyOn() throws Exception {
        assertThat(run(with(TRAIN, "--json", "-"))).isZero();

        final JsonNode run = json();
        assertThat(run.get("run").asText()).isEqualTo("0007");
        assertThat(run.get("state").asText()).isEqualTo("FINISHED");
        assertThat(run.get("steps").asInt()).isEqualTo(2);
        assertThat(run.get("loss")).extracting(JsonNode::asDouble).containsExactly(0.75, 0.5);
        assertThat(names(run.at("/eval/0"))).containsExactly("step", "accuracy");
        assertThat(names(run.get("memory"))).contains("peakBytes", "plannedPeakBytes", "byCategoryAtPeak", "processGrowthBytes");
        assertThat(names(run.at("/memory/byCategoryAtPeak")))
                .containsExactly("weights", "adapter", "gradients", "optimizer", "activations", "workspace", "data");
        assertThat(run.at("/throughput/tokensPerSecond").asDouble()).isEqualTo(5120);
        assertThat(run.get("seconds").asDouble()).isEqualTo(1.6);
    }

    @Test
    void formsOfWeightsAreSummedAndOneFormIsShownMatrixByMatrix() throws Exception {
        assertThat(run("weights", "sprout")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("bits/weight").contains("all 2").contains("1,056").contains("4.125").contains("9.30 %").contains("fp16").doesNotContain("mlp.up");
        assertThat(run("weights", "sprout", "nf4", "--json", folder.resolve("weights.json").toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("decoder.0.mlp.up 16×64");
        final JsonNode written = new ObjectMapper().readTree(Files.readString(folder.resolve("weights.json")));
        assertThat(names(written.at("/matrices/0"))).containsExactly("form", "path", "out", "in", "bytes", "bitsPerWeight", "relativeError", "maxError", "quarticError");
    }

    @Test
    void integersAreJudgedByOutputsWhereDataAreNamed() throws Exception {
        assertThat(run("weights", "sprout", "int3", "--data", "prose", "--json", folder.resolve("weights.json").toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("output error").contains("int3-gptq").contains("12.00 %").contains("21.00 %");
        assertThat(new ObjectMapper().readTree(Files.readString(folder.resolve("weights.json"))).at("/matrices/1/outputError").asDouble()).isEqualTo(0.12);
    }

    @Test
    void claimsAreATableAndTheExitCodeIsZeroOnlyWhenAllHold() throws Exception {
        assertThat(run("claims")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("published").contains("-0.60 %").contains("≤ 48").contains("stays below").contains("2 claims of 2 methods: all hold.");

        out.reset();
        workbench.claimed = 50;
        assertThat(run("claims", "galore", "--json", folder.resolve("claims.json").toString())).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Zhao 2024, abstract").contains("galore, llama-7b").contains("1 fails: qlora 65b-in-48");
        final JsonNode written = new ObjectMapper().readTree(Files.readString(folder.resolve("claims.json")));
        assertThat(written.get("failed").asInt()).isEqualTo(1);
        assertThat(written.get("hold").asBoolean()).isFalse();
        assertThat(names(written.at("/claims/0"))).containsExactly("method", "id", "says", "basis", "source", "settings", "published", "planned", "unit", "bound", "tolerance",
                "difference", "holds", "verdict", "note");
        assertThat(workbench.asked).containsExactly(java.util.Optional.empty(), java.util.Optional.of("galore"));

        out.reset();
        assertThat(run("claims", "full")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("No published figures are recorded for full.");
    }

    @Test
    void everyOptionOfTrainReachesTheWorkbench() {
        assertThat(run("train", "--model", "minilm", "--data", "reviews.csv", "--method", "galore", "--set", "rank=64", "--set", "scale=0.25",
                "--batch", "16", "--length", "128", "--budget", "8GiB", "--text", "title,2", "--label", "stars", "--epochs", "3",
                "--eval-every", "10", "--checkpoint-every", "20", "--seed", "7", "--home", folder.toString())).isZero();

        final RunRequest asked = (RunRequest) workbench.asked.getFirst();
        final PlanRequest plan = asked.plan();
        assertThat(plan.settings()).containsEntry("rank", "64").containsEntry("scale", "0.25");
        assertThat(plan.batch()).hasValue(16);
        assertThat(plan.length()).hasValue(128);
        assertThat(plan.budgetBytes()).hasValue(8L << 30);
        assertThat(plan.columns().text()).containsExactly("title", "2");
        assertThat(plan.columns().label()).contains("stars");
        assertThat(asked.epochs()).hasValue(3);
        assertThat(asked.steps()).isEmpty();
        assertThat(asked.evalEvery()).hasValue(10);
        assertThat(asked.checkpointEvery()).hasValue(20);
        assertThat(asked.seed()).isEqualTo(7);
        assertThat(asked.fresh()).isFalse();
        assertThat(workbench.home).isEqualTo(folder.toAbsolutePath());
    }

    @Test
    void pretrainStartsFromFreshWeights() {
        assertThat(run("pretrain", "--model", "sprout", "--data", "corpus", "--steps", "2")).isZero();
        assertThat(((RunRequest) workbench.asked.getFirst()).fresh()).isTrue();
    }

    @Test
    void jsonToAFileLeavesTheTextForPeopleOnStandardOutput() throws Exception {
        final Path file = folder.resolve("deep/result.json");
        assertThat(run(with(TRAIN, "--json", file.toString()))).isZero();
        assertThat(new ObjectMapper().readTree(Files.readString(file)).get("run").asText()).isEqualTo("0007");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("finished at step 2 of 2").contains("0 B");
        try (Stream<Path> beside = Files.list(file.getParent())) {
            assertThat(beside).containsExactly(file);
        }
    }

    @Test
    void aStoppedRunIsNoSuccessAndSaysHowToGoOn() {
        workbench.ending = RunState.STOPPED;
        assertThat(run(TRAIN)).isEqualTo(1);
        assertThat(errors()).contains("Stopped at step 2; checkpoint 2 is complete.").contains("headroom resume 0007");
    }

    @Test
    void aFailedRunSaysWhatHappenedWhatIsSafeAndWhatToDo() throws Exception {
        workbench.ending = RunState.FAILED;
        assertThat(run(with(TRAIN, "--json", "-"))).isEqualTo(1);
        assertThat(errors()).containsSubsequence("error: At step 2 gelu asked for 1.46 GiB.", "safe:  Checkpoint 1 is complete.",
                "do:    Raise the budget.").doesNotContain("\tat ");
        assertThat(json().get("state").asText()).isEqualTo("FAILED");
        assertThat(json().at("/failure/overBudget/askedBytes").asLong()).isEqualTo(1_567_000_000);
    }

    @Test
    void whatTheWorkbenchRefusesIsToldWithoutAStackTrace() {
        assertThat(run("train", "--model", "minilm", "--data", "reviews.csv", "--method", "nope")).isEqualTo(1);
        assertThat(errors()).containsSubsequence("error: There is no method 'nope'.", "safe:  Nothing was started.", "do:    headroom catalog methods")
                .doesNotContain("WorkbenchException");
        assertThat(out.size()).isZero();
    }

    @Test
    void theStackTraceIsThereForWhoAsksForIt() {
        assertThat(run("show", "0099", "--stacktrace")).isEqualTo(1);
        assertThat(errors()).contains("error: There is no run '0099'.").contains("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "plan --model llama-7b", "plan --model llama-7b --batch 1", "plan --data x", "train --model minilm",
        "train --model m --data d --steps 0", "train --model m --data d --steps 1 --epochs 1", "train --model m --data d --budget 8XB",
        "train --model m --data d --budget 0", "compare 0007", "try 0007", "export 0007 --kind pie --to x", "catalog fruit", "fly", "show",
        "train --model m --data d --set rank"})
    void aCommandThatCannotBeUnderstoodIsExitCodeTwo(String line) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(errors()).startsWith("error: ");
        assertThat(out.size()).isZero();
        assertThat(workbench.asked).isEmpty();
    }

    @Test
    void catalogAsJsonGoesToStandardOutputUnlessAFileIsNamed() throws Exception {
        assertThat(run("catalog", "methods", "--json")).isZero();
        assertThat(names(json())).containsExactly("methods", "commonSettings");
        assertThat(json().at("/methods/0/slots/adapter/default").asBoolean()).isFalse();
        assertThat(json().at("/methods/0/settings/0/max").isNull()).isTrue();

        out.reset();
        assertThat(run("catalog", "--json", "models")).isZero();
        assertThat(names(json())).containsExactly("models");
        assertThat(json().at("/models/0/id").asText()).isEqualTo("minilm");

        out.reset();
        assertThat(run("catalog", "--json", folder.resolve("all.json").toString())).isZero();
        assertThat(names(new ObjectMapper().readTree(folder.resolve("all.json").toFile()))).contains("models", "datasets", "methods");
    }

    @Test
    void runsShowCompareTryAndExportAnswerAsJson() throws Exception {
        assertThat(run("runs", "--json", "-")).isZero();
        assertThat(json().at("/runs/0/metrics/accuracy").asDouble()).isEqualTo(0.875);
        out.reset();
        assertThat(run("show", "0007", "--json", "-")).isZero();
        assertThat(json().at("/checkpoints/0/step").asInt()).isEqualTo(2);
        assertThat(json().at("/events/0/title").asText()).isEqualTo("Rows chosen");
        out.reset();
        assertThat(run("compare", "0007", "0007", "--json", "-")).isZero();
        assertThat(json().get("runs")).hasSize(2);
        out.reset();
        assertThat(run("try", "0007", "--text", "süß", "--json", "-")).isZero();
        assertThat(json().get("text").asText()).isEqualTo("süß");
        assertThat(json().at("/tuned/labels/0/probability").asDouble()).isEqualTo(0.9);
        out.reset();
        assertThat(run("export", "0007", "--kind", "merged", "--to", "model", "--json", "-")).isZero();
        assertThat(json().at("/proof/holds").asBoolean()).isTrue();
        out.reset();
        assertThat(run("resume", "0007", "--json", "-")).isZero();
        assertThat(json().get("state").asText()).isEqualTo("FINISHED");
    }

    @Test
    void theSameForPeopleIsAlignedAndInBinaryUnits() {
        assertThat(run("plan", "--model", "minilm", "--data", "reviews", "--method", "full", "--budget", "8GiB")).isZero();
        assertThat(run("compare", "0007", "0007")).isZero();
        assertThat(run("runs")).isZero();
        assertThat(run("show", "0007")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("Fits: needs 0.38 GiB +- 3.8 MiB of 8.00 GiB, 7.62 GiB free.")
                .contains("at the peak     bytes   share")
                .contains("encoder.0 .. encoder.1, each")
                .contains("300 MiB *").contains("1 equal settings hidden")
                .contains("accuracy 87.5 %")
                .containsSubsequence("step      0  Rows chosen: 2 of 5 rows by ifd", "step      2  warning: Loss rose: 0.50 to 0.75");
    }

    @Test
    void everyCommandHasHelpWithAnExampleOfItself() {
        for (final String command : List.of("catalog", "plan", "train", "pretrain", "runs", "show", "resume", "compare", "try", "export")) {
            out.reset();
            assertThat(run(command, "--help")).isZero();
            assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: headroom " + command).contains("Examples:\n  headroom " + command);
        }
    }

    private int run(String... args) {
        return Main.run(args, new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8),
                false, workbench::open));
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private JsonNode json() throws Exception {
        return new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8));
    }

    private static List<String> names(JsonNode node) {
        return StreamSupport.stream(((Iterable<String>) node::fieldNames).spliterator(), false).toList();
    }

    private static String[] with(String[] args, String... more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
    }
}
