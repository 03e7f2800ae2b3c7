package headroom.app.viewmodel;

import headroom.engine.workbench.Advice;
import headroom.engine.workbench.Catalog;
import headroom.engine.workbench.CategoryBytes;
import headroom.engine.workbench.ColumnChoice;
import headroom.engine.workbench.DatasetEntry;
import headroom.engine.workbench.LengthHistogram;
import headroom.engine.workbench.MemoryInstant;
import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.MethodEntry;
import headroom.engine.workbench.ModelEntry;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.Setting;
import headroom.engine.workbench.TaskKind;
import headroom.engine.workbench.Verdict;
import headroom.engine.workbench.Workbench;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A workbench for view models: every call is remembered and answered by what the test says; a call it says nothing about fails. */
public final class PretendWorkbench {
    public static final long MIB = 1L << 20;
    public final List<String> calls = java.util.Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Function<Object[], Object>> answers = new LinkedHashMap<>();

    public PretendWorkbench answer(String method, Function<Object[], Object> reply) {
        answers.put(method, reply);
        return this;
    }

    public Workbench workbench() {
        return (Workbench) Proxy.newProxyInstance(PretendWorkbench.class.getClassLoader(), new Class<?>[] {Workbench.class}, (proxy, method, args) -> {
            if (method.getDeclaringClass() == Object.class) {
                try {
                    return method.invoke(this, args);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            }
            calls.add(method.getName());
            final Function<Object[], Object> reply = answers.get(method.getName());
            if (reply == null) {
                throw new AssertionError("nobody said what " + method.getName() + " answers");
            }
            return reply.apply(args);
        });
    }

    public static Catalog catalog() {
        return new Catalog(List.of(model("llama-7b", "decoder", true, Set.of(TaskKind.LANGUAGE_MODEL)), model("minilm", "encoder", false, Set.of(TaskKind.CLASSIFICATION))),
                List.of(data("prose", TaskKind.LANGUAGE_MODEL, List.of()), data("reviews", TaskKind.CLASSIFICATION, List.of("negative", "positive"))),
                List.of(method("full", 0, false, true), method("lora", 2022, true, true), method("mezo", 2023, true, false)), List.of(), List.of());
    }

    private static ModelEntry model(String id, String family, boolean shapeOnly, Set<TaskKind> tasks) {
        return new ModelEntry(id, id, family, 22_000_000, 6, 384, 30_522, 512, 90 * MIB, shapeOnly, tasks, !shapeOnly, "");
    }

    private static DatasetEntry data(String id, TaskKind kind, List<String> labels) {
        return new DatasetEntry(id, id, kind, 1_200, labels, LengthHistogram.EMPTY, 0, Path.of(id), ColumnChoice.GUESS, true, "");
    }

    private static MethodEntry method(String id, int year, boolean mergeable, boolean exact) {
        return new MethodEntry(id, id, id.equals("mezo") ? "Forward passes" : "Exact methods", "Title of " + id, "Someone", year, "idea of " + id, List.of(),
                List.of(new Setting("rank", "Rank", "adapter", Setting.Type.INTEGER, "16", 1, 256, List.of(), "rank"),
                        new Setting("batch", "Batch", "data", Setting.Type.INTEGER, "32", 1, 256, List.of(), "rows")),
                mergeable, exact, List.of(TaskKind.CLASSIFICATION), "saves", "costs", id, !id.equals("full"));
    }

    /** A plan whose peak is told by the method and the batch: full 600 MiB, lora 400, mezo 100 at batch 32. */
    public static MemoryPlan plan(PlanRequest request) {
        final long peak = (switch (request.method()) {
            case "full" -> 600;
            case "lora" -> 400;
            default -> 100;
        }) * MIB * request.batch().orElse(32) / 32;
        return plan(request, peak, List.of(new Advice("Batch 16", peak / 2, peak / 2, 0, true, true, "Same.", Verdict.FITS, request.withBatch(16))));
    }

    public static MemoryPlan plan(PlanRequest request, long peak, List<Advice> advice) {
        final CategoryBytes bytes = new CategoryBytes(peak / 2, 0, 0, 0, peak - peak / 2, 0, 0);
        final MemoryInstant at = new MemoryInstant(0, 0, 0, "backward", "linear", "encoder.0", bytes, 0);
        return new MemoryPlan(request, Map.of("length", "128"), peak, at, 0, peak / 20, request.budgetBytes().orElse(8192 * MIB), List.of(at), List.of(), List.of(),
                List.of(new MemoryPlan.Phase("Train", "", peak)), advice, List.of(), Map.of(), 22_000_000, 22_000_000, 1e9, 100, 0.005, Optional.empty());
    }

    public static RunSummary run(String id, String method, RunState state, boolean interrupted) {
        final CategoryBytes bytes = new CategoryBytes(90 * MIB, 2 * MIB, 0, 4 * MIB, 200 * MIB, 10 * MIB, 0);
        return new RunSummary(id, method, "minilm", "reviews", method, state, interrupted, Instant.parse("2026-01-01T10:00:00Z"), 1, 412, 520, 400, 0.31,
                Map.of("loss", 0.31, "accuracy", 0.91), bytes.totalBytes(), bytes.totalBytes(), bytes, 8192 * MIB, 4_000, 300, 664_322);
    }

    public static CompletableFuture<MemoryPlan> now(Object[] args) {
        return CompletableFuture.completedFuture(plan((PlanRequest) args[1]));
    }

}
