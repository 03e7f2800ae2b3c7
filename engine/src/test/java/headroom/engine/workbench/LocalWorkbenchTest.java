package headroom.engine.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The facade over the real engine, on a decoder small enough to train in a test. */
class LocalWorkbenchTest {
    private static final Path TOKENIZER = Path.of("..", "projects-sample", "src", "bundle", "models", "sprout", "tokenizer.json");

    @TempDir
    private Path folder;
    private Workbench workbench;
    private Path data;

    @BeforeEach
    void open() throws IOException {
        final Path model = Files.createDirectories(folder.resolve("home/models/seedling"));
        Files.copy(TOKENIZER, model.resolve("tokenizer.json"));
        Files.writeString(model.resolve("config.json"), """
                {"model_type": "llama", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "vocab_size": 4096, "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
                 "tie_word_embeddings": true, "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": 2}""");
        data = folder.resolve("rows.csv");
        Files.writeString(data, rows());
        workbench = LocalWorkbench.open(folder.resolve("home"), Optional.empty());
    }

    @AfterEach
    void close() {
        workbench.close();
    }

    private static String rows() {
        final StringBuilder csv = new StringBuilder("remark,verdict\n");
        for (int i = 0; i < 40; i++) {
            csv.append(i % 2 == 0 ? "the soup was warm and the day was bright" : "the soup was cold").append(' ').append(i).append(',')
                    .append(i % 2 == 0 ? "good" : "bad").append('\n');
        }
        return csv.append(",good\nno verdict here,\n").toString();
    }

    private RunRequest request(String method) {
        final PlanRequest plan = PlanRequest.of("seedling", data.toString(), method).withBatch(4).withLength(32).with("rate", "1e-2");
        return new RunRequest(plan, Optional.empty(), OptionalInt.of(8), OptionalInt.empty(), OptionalInt.of(4), OptionalInt.of(2), 5, true, false);
    }

    @Test
    void aRunIsPlannedTrainedStoredAndShownToTheByte() throws Exception {
        final String run = workbench.start(request("lora"));
        assertThat(workbench.liveRun()).contains(run);
        assertThatThrownBy(() -> workbench.start(request("full"))).isInstanceOf(WorkbenchException.class).hasMessageContaining("is live");
        final RunSnapshot last = workbench.await(run);

        assertThat(last.state()).isEqualTo(RunState.FINISHED);
        assertThat(last.memory().residual()).isEqualTo(CategoryBytes.ZERO);
        assertThat(last.memory().peakBytes()).isEqualTo(last.memory().byCategoryAtPeak().totalBytes()).isPositive();
        assertThat(last.layers()).extracting(LayerInstant::layer).contains("decoder.0", "decoder.1");
        assertThat(last.layers().stream().filter(l -> l.layer().equals("decoder.1")).findFirst().orElseThrow().keptBytes()).isPositive();
        assertThat(last.memory().recent()).extracting(MemoryInstant::phase).contains("forward", "backward", "update");

        final RunDetails shown = workbench.show(run);
        assertThat(shown.history().losses()).hasSize(8).isEqualTo(last.history().losses());
        assertThat(shown.evals()).extracting(Evaluation::step).containsExactly(0, 4, 8);
        assertThat(shown.summary().plannedPeakBytes()).isEqualTo(shown.summary().peakBytes());
        assertThat(shown.checkpoints()).extracting(CheckpointEntry::step).contains(8, 6);
        assertThat(shown.checkpoints()).allMatch(CheckpointEntry::verified);
        assertThat(shown.oneStep()).extracting(MemoryInstant::op).contains("batch");
        assertThat(shown.settings()).containsEntry("batch", "4").containsEntry("rate", "1e-2").containsEntry("rank", "16");
        assertThat(shown.events()).extracting(RunEvent::title).contains("Row left out", "Started", "Finished");
        assertThat(workbench.runs()).extracting(RunSummary::run).containsExactly(run);
        assertThat(workbench.liveRun()).isEmpty();
    }

    @Test
    void aStoppedRunGoesOnWithTheLossesOfAnUnbrokenOne() throws Exception {
        final double[] unbroken = workbench.await(workbench.start(request("full"))).history().losses();

        final String run = workbench.start(request("full"));
        while (workbench.snapshot(run).step() < 3 && !workbench.snapshot(run).state().ended()) {
            Thread.sleep(1);
        }
        workbench.command(run, RunCommand.STOP);
        final RunSnapshot stopped = workbench.await(run);
        assertThat(stopped.state()).isEqualTo(RunState.STOPPED);
        assertThat(stopped.lastCheckpoint()).hasValueSatisfying(c -> assertThat(c.step()).isEqualTo(stopped.step()));
        assertThat(stopped.memory().residual()).isEqualTo(CategoryBytes.ZERO);

        assertThat(workbench.resume(run)).isEqualTo(run);
        final RunSnapshot finished = workbench.await(run);
        assertThat(finished.state()).isEqualTo(RunState.FINISHED);
        assertThat(finished.history().losses()).isEqualTo(unbroken);
        assertThat(workbench.show(run).history().losses()).isEqualTo(unbroken);
        assertThatThrownBy(() -> workbench.resume(run)).isInstanceOf(WorkbenchException.class).hasMessageContaining("is finished");
    }

    @Test
    void pausingHoldsTheRunUntilItIsResumed() throws Exception {
        final String run = workbench.start(request("lora"));
        workbench.command(run, RunCommand.PAUSE);
        while (workbench.snapshot(run).state() != RunState.PAUSED && !workbench.snapshot(run).state().ended()) {
            Thread.sleep(1);
        }
        assertThat(workbench.snapshot(run).state()).isEqualTo(RunState.PAUSED);
        final int held = workbench.snapshot(run).step();
        Thread.sleep(50);
        assertThat(workbench.snapshot(run).step()).isEqualTo(held).isLessThan(8);
        workbench.command(run, RunCommand.RESUME);
        assertThat(workbench.await(run).state()).isEqualTo(RunState.FINISHED);
    }

    @Test
    void aBudgetTooSmallIsRefusedAndStartedAnywayEndsInACardThatLeadsOn() throws Exception {
        // a batch so large that activations set the peak, which levers can lower
        final PlanRequest large = request("full").plan().withBatch(32);
        final long tooSmall = workbench.plan(large, Progress.SILENT).peakBytes() * 9 / 10;
        final RunRequest small = request("full").withPlan(large.withBudget(tooSmall));
        assertThat(workbench.plan(small.plan(), Progress.SILENT).verdict()).isEqualTo(Verdict.OVER);
        assertThatThrownBy(() -> workbench.start(small)).isInstanceOfSatisfying(WorkbenchException.class,
                e -> assertThat(e.problem().todo()).anyMatch(todo -> todo.contains("--anyway")));
        assertThat(workbench.runs()).isEmpty();

        final String run = workbench.start(small.startAnyway());
        final FailureCard card = workbench.await(run).failure().orElseThrow();
        final FailureCard.OverBudget over = card.overBudget().orElseThrow();
        assertThat(over.askedBytes()).isGreaterThan(over.leftBytes());
        assertThat(over.held().totalBytes() + over.leftBytes()).isEqualTo(tooSmall);
        assertThat(over.largest()).isNotEmpty();
        assertThat(card.problem().what()).contains("asked for");
        assertThat(workbench.show(run).failure()).contains(card);

        final Advice remedy = card.remedies().stream().filter(advice -> advice.verdict() != Verdict.OVER).findFirst().orElseThrow();
        workbench.resume(run, remedy.applied());
        final RunSnapshot end = workbench.await(run);
        assertThat(end.state()).isEqualTo(RunState.FINISHED);
        assertThat(end.memory().peakBytes()).isLessThanOrEqualTo(tooSmall);
    }

    /** CPU offload computes in 16 bits by itself; LoRA would not. */
    @Test
    void adviceToTakeAnotherMethodKeepsTheElementType() {
        final MemoryPlan plan = workbench.plan(request("cpu-offload").plan(), Progress.SILENT);
        assertThat(plan.resolved()).containsEntry("compute", "bf16");
        assertThat(plan.hostBytesAtPeak()).isEqualTo(12 * plan.trainedParameters());
        assertThat(plan.advice()).filteredOn(advice -> !advice.applied().method().equals("cpu-offload")).isNotEmpty()
                .allSatisfy(advice -> assertThat(advice.applied().settings()).containsEntry("compute", "bf16"));
    }

    @Test
    void adviceIsPricedByItsOwnDryRun() {
        final MemoryPlan plan = workbench.plan(request("full").plan(), Progress.SILENT);
        assertThat(plan.advice()).isNotEmpty();
        for (final Advice advice : plan.advice()) {
            assertThat(workbench.sketch(advice.applied(), Progress.SILENT).worstPeakBytes()).isEqualTo(advice.peakBytes())
                    .isEqualTo(plan.worstPeakBytes() - advice.savedBytes());
        }
        assertThat(plan.perLayer()).extracting(LayerRow::layer).containsSubsequence("embeddings", "decoder.0", "decoder.1");
        final long weights = plan.perLayer().stream().mapToLong(LayerRow::weightsBytes).sum();
        assertThat(weights).isEqualTo(plan.byCategoryAtPeak().weights());
        assertThat(plan.timeline()).extracting(MemoryInstant::phase).contains("forward", "loss", "backward", "update");
        assertThat(plan.timeline().get(plan.peak().index()).bytes()).isEqualTo(plan.byCategoryAtPeak());
    }

    @Test
    void exportsAreReadBackAndHeldAgainstWhatWasTrained() throws Exception {
        final String run = workbench.start(request("lora"));
        assertThat(workbench.await(run).state()).isEqualTo(RunState.FINISHED);

        final ExportReport merged = workbench.export(run, ExportKind.MERGED, folder.resolve("merged"), Progress.SILENT);
        assertThat(merged.proof()).hasValueSatisfying(proof -> {
            assertThat(proof.holds()).isTrue();
            assertThat(proof.rows()).isPositive();
        });
        assertThat(workbench.export(run, ExportKind.ADAPTER, folder.resolve("adapter"), Progress.SILENT).proof().orElseThrow().largestDifference()).isZero();
        assertThat(workbench.export(run, ExportKind.CURVES, folder.resolve("curves.csv"), Progress.SILENT).bytes()).isPositive();
        assertThat(Files.readString(workbench.export(run, ExportKind.REPORT, folder.resolve("report.html"), Progress.SILENT).path())).contains("Base and tuned");
        assertThatThrownBy(() -> workbench.export(run, ExportKind.CURVES, folder.resolve("curves.csv"), Progress.SILENT)).hasMessageContaining("already");

        // the merged model is a model like any other: it can be planned and trained
        final RunRequest again = RunRequest.of(PlanRequest.of(folder.resolve("merged").toString(), data.toString(), "lora").withBatch(4)).withSteps(1);
        assertThat(workbench.await(workbench.start(again)).state()).isEqualTo(RunState.FINISHED);
    }

    @Test
    void adaptersOfEveryKindAreReadBackAndMergeWhereAMatrixCanSayTheSame() throws Exception {
        for (final String method : List.of("ia3", "houlsby", "prefix-tuning", "p-tuning-v2", "prompt-tuning", "bitfit", "vqt")) {
            final String run = workbench.start(request(method));
            assertThat(workbench.await(run).state()).as(method).isEqualTo(RunState.FINISHED);
            final ExportReport apart = workbench.export(run, ExportKind.ADAPTER, folder.resolve(method), Progress.SILENT);
            // keys of a prefix are turned on the way out and back on the way in
            assertThat(apart.proof().orElseThrow().largestDifference()).as(method).isLessThanOrEqualTo(method.startsWith("p-tuning") || method.startsWith("prefix") ? 1e-4 : 0);
            assertThat(folder.resolve(method).resolve("adapter.json").toFile().exists()).as(method + " has no form in PEFT").isEqualTo(List.of("houlsby", "bitfit", "vqt").contains(method));
            assertThat(folder.resolve(method).resolve("adapter_config.json").toFile().exists()).as(method).isEqualTo(!List.of("houlsby", "bitfit", "vqt").contains(method));
            assertThat(workbench.tryText(run, "the soup was warm", Progress.SILENT).tuned().labels()).hasSize(2);
        }
        final String gates = workbench.start(request("ia3"));
        workbench.await(gates);
        assertThat(workbench.export(gates, ExportKind.MERGED, folder.resolve("merged-gates"), Progress.SILENT).proof().orElseThrow().holds()).isTrue();
        final String prompt = workbench.start(request("prompt-tuning"));
        workbench.await(prompt);
        assertThatThrownBy(() -> workbench.export(prompt, ExportKind.MERGED, folder.resolve("merged-prompt"), Progress.SILENT)).isInstanceOf(WorkbenchException.class)
                .hasMessageContaining("no place in a dense one");
    }

    @Test
    void whatMakesClassifiersIsPlannedForLabelsAndRefusedForTexts() throws Exception {
        assertThat(workbench.catalog().method("vqt").orElseThrow().tasks()).containsExactly(TaskKind.CLASSIFICATION);
        assertThat(workbench.catalog().method("lora").orElseThrow().tasks()).hasSize(2);
        final Path text = folder.resolve("tales.txt");
        Files.writeString(text, String.join("\n\n", java.util.Collections.nCopies(30, "the fox ran over the hill and the hill was green")));
        assertThatThrownBy(() -> workbench.plan(PlanRequest.of("seedling", text.toString(), "vqt"), Progress.SILENT)).isInstanceOf(WorkbenchException.class)
                .hasMessageContaining("do not fit together").hasMessageContaining("use data with labels");
        assertThat(workbench.plan(PlanRequest.of("seedling", data.toString(), "vqt"), Progress.SILENT).peakBytes()).isPositive();
        // without data a decoder is planned for texts, but not where only labels can be learned
        assertThat(workbench.plan(new PlanRequest("llama-7b", Optional.empty(), ColumnChoice.GUESS, "vqt", Map.of(), OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty()), Progress.SILENT).decisions()).contains("2 labels");
    }

    @Test
    void aTunedClassifierAnswersBesideItsBase() throws Exception {
        final String run = workbench.start(request("full"));
        workbench.await(run);
        final TryResult result = workbench.tryText(run, "the soup was warm", Progress.SILENT);
        assertThat(result.tuned().labels()).extracting(TryResult.Probability::text).containsExactlyInAnyOrder("good", "bad");
        assertThat(result.tuned().labels().stream().mapToDouble(TryResult.Probability::probability).sum()).isBetween(0.999, 1.001);
        assertThat(result.tuned().text()).isEqualTo("good");
        assertThat(result.base().note()).isPresent();
        assertThat(workbench.heldOut(run, 3)).hasSize(3).allMatch(row -> row.expected().equals("good") || row.expected().equals("bad"));
        assertThat(workbench.compare(List.of(run, run)).settings()).noneMatch(Comparison.Row::differs);
    }

    @Test
    void aLanguageModelContinuesATextTokenByToken() throws Exception {
        final Path text = folder.resolve("tales.txt");
        Files.writeString(text, String.join("\n\n", new ArrayList<>(java.util.Collections.nCopies(30, "the fox ran over the hill and the hill was green"))));
        final PlanRequest plan = PlanRequest.of("seedling", text.toString(), "full").withBatch(4).withLength(32).with("rate", "1e-2");
        final String run = workbench.start(new RunRequest(plan, Optional.of("tales"), OptionalInt.of(6), OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), 1, true, false));
        final RunSnapshot end = workbench.await(run);
        assertThat(end.memory().residual()).isEqualTo(CategoryBytes.ZERO);
        assertThat(end.evals().getLast().metrics()).containsKeys("loss", "perplexity");
        final TryResult.Answer tuned = workbench.tryText(run, "the fox", Progress.SILENT).tuned();
        assertThat(tuned.tokens()).hasSize(tuned.tokenCount()).isNotEmpty();
        // greedy: every token taken is the likeliest at its place
        assertThat(tuned.tokens()).allMatch(token -> token.chosen().equals(token.top().getFirst()));
    }

    @Test
    void datasetsAreInspectedWithTheirBadRowsAndTakenIntoTheCatalog() {
        final DatasetReport report = workbench.inspect(data, ColumnChoice.GUESS, Progress.SILENT);
        assertThat(report.header()).isTrue();
        assertThat(report.used().text()).containsExactly("remark");
        assertThat(report.used().label()).contains("verdict");
        assertThat(report.badRows()).extracting(DatasetReport.BadRow::row).containsExactly(42L, 43L);
        assertThat(report.badRows()).extracting(DatasetReport.BadRow::field).containsExactly("remark", "verdict");

        final DatasetEntry taken = workbench.importDataset(data, ColumnChoice.GUESS, Progress.SILENT);
        assertThat(workbench.catalog().dataset(taken.id())).contains(taken);
        assertThat(taken.rows()).isEqualTo(40);
        assertThat(taken.labels()).containsExactly("bad", "good");
        assertThat(workbench.importDataset(data, ColumnChoice.GUESS, Progress.SILENT).id()).isNotEqualTo(taken.id());
    }

    @Test
    void shapesAreInTheCatalogAndPlannedButNotTrained() {
        assertThat(workbench.catalog().model("llama-7b")).hasValueSatisfying(model -> assertThat(model.shapeOnly()).isTrue());
        assertThat(workbench.catalog().methods()).hasSizeGreaterThanOrEqualTo(7).allMatch(method -> method.slots().size() == 8);
        assertThatThrownBy(() -> workbench.start(RunRequest.of(PlanRequest.of("gpt2", data.toString(), "lora")))).hasMessageContaining("can be planned with, not trained");
        assertThatThrownBy(() -> workbench.plan(PlanRequest.of("lama-7b", data.toString(), "lora"), Progress.SILENT)).isInstanceOf(WorkbenchException.class);
        assertThatThrownBy(() -> workbench.plan(PlanRequest.of("gpt2", data.toString(), "lora").with("rankk", "8"), Progress.SILENT))
                .isInstanceOf(WorkbenchException.class).hasMessageContaining("rankk");
    }

    @Test
    void settingsAreRemembered() {
        workbench.setting("theme", "dark \"and\" late");
        assertThat(workbench.setting("theme")).contains("dark \"and\" late");
        assertThat(workbench.setting("nothing")).isEmpty();
    }

    @Test
    void everyMethodNamesTheSlotOfEachSetting() {
        final Map<String, String> lora = workbench.catalog().method("lora").orElseThrow().settings().stream()
                .collect(java.util.stream.Collectors.toMap(Setting::key, Setting::slot));
        assertThat(lora).containsEntry("rank", "adapter").containsEntry("rate", "optimizer").containsEntry("batch", "data")
                .containsEntry("checkpointing", "activations").containsEntry("compute", "weights");
        assertThat(workbench.catalog().method("mezo").orElseThrow().settings()).noneMatch(setting -> setting.slot().equals("run"));
    }
}
