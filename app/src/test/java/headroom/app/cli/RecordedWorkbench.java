package headroom.app.cli;

import headroom.engine.memory.Category;
import headroom.engine.workbench.AccountRow;
import headroom.engine.workbench.Advice;
import headroom.engine.workbench.ArenaReport;
import headroom.engine.workbench.Catalog;
import headroom.engine.workbench.CategoryBytes;
import headroom.engine.workbench.CheckpointEntry;
import headroom.engine.workbench.ClaimRow;
import headroom.engine.workbench.ColumnChoice;
import headroom.engine.workbench.Comparison;
import headroom.engine.workbench.DatasetEntry;
import headroom.engine.workbench.Evaluation;
import headroom.engine.workbench.ExportKind;
import headroom.engine.workbench.ExportReport;
import headroom.engine.workbench.FailureCard;
import headroom.engine.workbench.LayerRow;
import headroom.engine.workbench.LengthHistogram;
import headroom.engine.workbench.MemoryInstant;
import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.MethodEntry;
import headroom.engine.workbench.ModelEntry;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.RunDetails;
import headroom.engine.workbench.RunEvent;
import headroom.engine.workbench.RunRequest;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.Setting;
import headroom.engine.workbench.StepHistory;
import headroom.engine.workbench.StoredMatrix;
import headroom.engine.workbench.TaskKind;
import headroom.engine.workbench.TryResult;
import headroom.engine.workbench.Verdict;
import headroom.engine.workbench.Workbench;
import headroom.engine.workbench.WorkbenchException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A workbench that answers with fixed records and remembers what it was asked, so that the command line can be tested without an engine.
 * Whatever a command asks beyond what is recorded here fails the test.
 */
final class RecordedWorkbench {
    static final CategoryBytes PEAK = new CategoryBytes(90_000_000, 0, 90_000_000, 180_000_000, 40_000_000, 8_000_000, 65_536);
    static final long PEAK_BYTES = PEAK.totalBytes();
    static final long BUDGET = 8L << 30;
    static final MemoryInstant INSTANT = new MemoryInstant(212, 0.4, 2, "backward", "gelu_backward", "encoder.5.mlp", PEAK, 0);

    final List<Object> asked = new ArrayList<>();
    RunState ending = RunState.FINISHED;
    Path home;
    double claimed = 47.8;

    Workbench open(Path folder) {
        home = folder;
        return (Workbench) Proxy.newProxyInstance(Workbench.class.getClassLoader(), new Class<?>[] {Workbench.class}, (_, method, args) ->
                switch (method.getName()) {
                    case "close" -> null;
                    case "catalog" -> catalog();
                    case "plan" -> plan(ask((PlanRequest) args[0]));
                    case "claims" -> claims((Optional<?>) args[0]);
                    case "storing" -> storing((Optional<?>) args[1]);
                    case "calibrating" -> calibrating((String) args[1], args[2]);
                    case "start" -> start(ask((RunRequest) args[0]));
                    case "resume", "show", "snapshot", "await", "export", "tryText", "compare", "runs" -> run(method.getName(), args);
                    default -> throw new AssertionError("the command line asked for " + method.getName());
                });
    }

    private <T> T ask(T request) {
        asked.add(request);
        return request;
    }

    private Object run(String what, Object[] args) {
        return switch (what) {
            case "runs" -> List.of(details().summary());
            case "resume" -> ask((String) args[0]);
            case "show" -> known(args[0]);
            case "snapshot", "await" -> snapshot();
            case "compare" -> comparison();
            case "tryText" -> tried((String) ask(args[1]));
            default -> new ExportReport(ExportKind.MERGED, (Path) args[2], 90_000_000,
                    Optional.of(new ExportReport.Proof("export equals training", 3e-6, 1e-4, 200)));
        };
    }

    private List<ClaimRow> claims(Optional<?> method) {
        asked.add(method);
        return method.filter("full"::equals).isPresent() ? List.of() : List.of(
                new ClaimRow("galore", "optimizer", "less state than AdamW", "arithmetic", "Zhao 2024, abstract", List.of("full, llama-7b", "galore, llama-7b"), 65.5, 65.1, "%",
                        "equal", 0.02, -0.006, true, "in bf16"),
                new ClaimRow("qlora", "65b-in-48", "65B on one card", "measured", "Dettmers 2023, abstract", List.of("qlora, llama-65b"), 48, claimed, "GB", "at most", 0,
                        claimed / 48 - 1, claimed <= 48, ""));
    }

    private List<StoredMatrix> calibrating(String form, Object data) {
        asked.add(data);
        return List.of(new StoredMatrix(form, "decoder.0.mlp.up", 16, 64, 528, 0.22, 0.01, 0.2, 0.21), new StoredMatrix(form + "-gptq", "decoder.0.mlp.up", 16, 64, 528, 0.27, 0.02, 0.3, 0.12));
    }

    private List<StoredMatrix> storing(Optional<?> form) {
        asked.add(form);
        final List<StoredMatrix> all = List.of(new StoredMatrix("nf4", "decoder.0.mlp.up", 16, 64, 528, 0.092, 0.01, 0.1, Double.NaN), new StoredMatrix("nf4", "decoder.0.mlp.down", 64, 16, 528, 0.094, 0.02, 0.1, Double.NaN),
                new StoredMatrix("fp16", "decoder.0.mlp.up", 16, 64, 2_048, 0.0002, 1e-5, 0.0003, Double.NaN));
        return form.isPresent() ? all.subList(0, 2) : all;
    }

    private String start(RunRequest request) {
        if (request.plan().method().equals("nope")) {
            throw new WorkbenchException(Problem.of("There is no method 'nope'.", "Nothing was started.", "headroom catalog methods lists them."));
        }
        return "0007";
    }

    private RunDetails known(Object run) {
        if (!"0007".equals(run)) {
            throw new WorkbenchException(Problem.of("There is no run '" + run + "'.", "", "headroom runs lists them."));
        }
        return details();
    }

    private static Catalog catalog() {
        return new Catalog(
                List.of(new ModelEntry("minilm", "MiniLM-L6", "encoder", 22_713_216, 6, 384, 30_522, 512, 90_852_864, false,
                        Set.of(TaskKind.CLASSIFICATION), true, "card")),
                List.of(new DatasetEntry("reviews", "Reviews", TaskKind.CLASSIFICATION, 1200, List.of("bad", "good"),
                        new LengthHistogram("tokens", 8, List.of(10L, 1190L), 12, 15, 7), 3, Path.of("reviews.csv"), ColumnChoice.GUESS, true, "")),
                List.of(new MethodEntry("lora", "LoRA", "Adapters", "Low-rank adaptation", "Hu", 2021, "low-rank pairs", List.of(
                        new MethodEntry.SlotChoice("adapter", "LoRA r 8", false), new MethodEntry.SlotChoice("run", "one phase", true)),
                        List.of(new Setting("rank", "Rank", "adapter", Setting.Type.INTEGER, "8", 1, Double.NaN, List.of(), "of the two factors")),
                        true, true, List.of(TaskKind.CLASSIFICATION), "", "", "lora", true)),
                List.of(), List.of());
    }

    private static MemoryPlan plan(PlanRequest request) {
        final LayerRow layer = new LayerRow("encoder.0", 7_000_000, 0, 7_000_000, 7_000_000, 14_000_000, 6_000_000, 1e9);
        return new MemoryPlan(request, Map.of("rank", "8"), PEAK_BYTES, INSTANT, 0, 4_000_000, request.budgetBytes().orElse(BUDGET),
                List.of(INSTANT), List.of(layer, new LayerRow("encoder.1", 7_000_000, 0, 7_000_000, 7_000_000, 14_000_000, 6_000_000, 1e9)),
                List.of(new AccountRow(Category.WEIGHTS, "embeddings.word", 1, "upload", 46_881_792, false, "forward and backward read it")),
                List.of(new MemoryPlan.Phase("Train, typical", "32 x 128", PEAK_BYTES)),
                List.of(new Advice("Checkpoint each block", 20_000_000, PEAK_BYTES - 20_000_000, 0.27, true, true, "Computes the rest again.",
                        Verdict.FITS, request.with("checkpointing", "each"))),
                List.of(), Map.of("weights", "f32"), 22_713_216, 22_713_216, 5.5e11, 412, 0.02,
                Optional.of(new ArenaReport(80_000_000, 80_000_000, 0.001, List.of())));
    }

    private RunSnapshot snapshot() {
        final RunDetails details = details();
        return new RunSnapshot("0007", "Full", 9, ending, Optional.empty(), 2, 2, 0.1, 0.1, 8192, 8192, details.history(), details.evals(),
                new RunSnapshot.Memory(INSTANT, PEAK_BYTES, PEAK, PEAK_BYTES, PEAK, BUDGET, 0, 0, List.of()), List.of(), 5000, 0.8, 1.6, 0,
                List.of(), Optional.of(details.checkpoints().getFirst()), details.failure());
    }

    private RunDetails details() {
        final StepHistory.Recorder history = new StepHistory.Recorder();
        history.add(1, 0.8, 4096, 0.05, 0.75, 2e-5, 1.5, 5120, PEAK_BYTES);
        history.add(2, 1.6, 8192, 0.1, 0.5, 2e-5, Double.NaN, 5120, PEAK_BYTES);
        final RunSummary summary = new RunSummary("0007", "Full", "minilm", "reviews", "full", ending, false, Instant.EPOCH, 1, 2, 2, 2, 0.5,
                Map.of("accuracy", 0.875), PEAK_BYTES, PEAK_BYTES, PEAK, BUDGET, 5120, 1.6, 22_713_216);
        final Optional<FailureCard> failure = ending != RunState.FAILED ? Optional.empty() : Optional.of(new FailureCard(
                "The run stopped before memory ran out", Problem.of("At step 2 gelu asked for 1.46 GiB.", "Checkpoint 1 is complete.", "Raise the budget."),
                2, Optional.of(new FailureCard.OverBudget("encoder.5.mlp", "gelu", "", 1_567_000_000, 687_000_000, BUDGET, PEAK, 0, List.of())),
                Optional.of(1), List.of()));
        return new RunDetails(summary, RunRequest.of(PlanRequest.of("minilm", "reviews", "full")), Map.of("batch", "32"), history.soFar(),
                List.of(new Evaluation(2, 1.6, 8192, 0.1, Map.of("accuracy", 0.875), 100_000_000)), PEAK, List.of(),
                List.of(new RunEvent(Instant.EPOCH, 2, RunEvent.Level.WARNING, "Loss rose", "0.50 to 0.75"),
                        new RunEvent(Instant.EPOCH, 0, RunEvent.Level.INFO, "Rows chosen", "2 of 5 rows by ifd")),
                List.of(new CheckpointEntry(2, Instant.EPOCH, Path.of("checkpoints", "2"), 270_000_000, "9f3c", true)), 420_000_000, List.of(), failure,
                Optional.of(new ArenaReport(80_000_000, 79_000_000, 0.002, List.of(new ArenaReport.Adopted("mean_pool", "head", 98_304)))));
    }

    private Comparison comparison() {
        return new Comparison(List.of(details(), details()), "B needs the least memory.", "", List.of(
                new Comparison.Row("rank", List.of("8", "16"), true, -1), new Comparison.Row("batch", List.of("32", "32"), false, -1)),
                List.of(new Comparison.Row("peak", List.of("389 MiB", "300 MiB"), true, 1)));
    }

    private static TryResult tried(String text) {
        final List<TryResult.Probability> labels = List.of(new TryResult.Probability("good", 0.9), new TryResult.Probability("bad", 0.1));
        final TryResult.Answer answer = new TryResult.Answer("MiniLM-L6", "good", labels, List.of(), 7, 0.02, 95_000_000, Optional.empty());
        return new TryResult("0007", text, answer, answer);
    }
}
