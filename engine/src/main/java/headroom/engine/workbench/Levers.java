package headroom.engine.workbench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.function.Function;

/**
 * What could be changed about a plan, each change priced by a dry run of its own. Time is the change in operations of a step, since nothing was
 * measured yet: a second forward pass shows, the speed of another element type does not.
 */
final class Levers {
    /** A lever that saves less than this share of the peak barely moves it. */
    private static final double WORTH_IT = 0.01;

    private final Function<PlanRequest, MemoryPlan> price;

    Levers(Function<PlanRequest, MemoryPlan> price) {
        this.price = price;
    }

    private record Lever(String title, boolean exact, String note, UnaryOperator<PlanRequest> change) {}

    /** Best first: most bytes for the time they cost; those that do not help last. */
    List<Advice> advice(MemoryPlan plan) {
        final List<Advice> advice = new ArrayList<>();
        for (final Lever lever : levers(plan)) {
            price(plan, lever).ifPresent(advice::add);
        }
        advice.sort(Comparator.comparing((Advice a) -> !a.helps()).thenComparing(Comparator.comparingDouble(Levers::worth).reversed()));
        return advice;
    }

    private static double worth(Advice advice) {
        // five per cent of time are granted to everybody, or a free lever of one byte would come before all others
        final double perTime = advice.savedBytes() / (0.05 + Math.max(0, advice.extraTime()));
        return advice.exact() ? perTime : perTime / 2;
    }

    private Optional<Advice> price(MemoryPlan plan, Lever lever) {
        final PlanRequest changed = lever.change().apply(plan.request());
        final MemoryPlan other;
        try {
            other = price.apply(changed);
        } catch (WorkbenchException _) {
            // the recipe does not allow it: no lever here
            return Optional.empty();
        }
        final long saved = plan.worstPeakBytes() - other.worstPeakBytes();
        final boolean helps = saved > WORTH_IT * plan.worstPeakBytes();
        final double perRow = (other.flops() / rows(other)) / (plan.flops() / rows(plan));
        return Optional.of(new Advice(lever.title(), saved, other.worstPeakBytes(), perRow - 1, lever.exact(), helps,
                helps ? lever.note() : "Barely moves the peak: " + biggest(plan) + " set it.", other.verdict(), changed));
    }

    private static List<Lever> levers(MemoryPlan plan) {
        final Map<String, String> now = plan.resolved();
        final List<Lever> levers = new ArrayList<>();
        if ("none".equals(now.get("checkpointing"))) {
            levers.add(new Lever("Checkpoint each block", true, "Keeps block inputs, computes the rest again.", r -> r.with("checkpointing", "1")));
        }
        if ("whole".equals(now.get("loss"))) {
            levers.add(new Lever("Loss in segments", true, "Logits of some tokens at a time; where the output matrix trains, it is multiplied once more.", r -> r.with("loss", "segments")));
        }
        if ("whole".equals(now.get("saves"))) {
            levers.add(new Lever("Activations in 8 bits", false, "What the backward pass reads is kept in codes: gradients are slightly off.", r -> r.with("saves", "int8")));
            levers.add(new Lever("Activations to host memory", true, "Needs as many bytes there, and moves each out and back.", r -> r.with("saves", "host")));
        }
        if ("f32".equals(now.get("compute"))) {
            levers.add(new Lever("Compute in bf16", false, "Activations and products in 16 bits, float32 where training needs it.",
                    r -> r.with("compute", "bf16")));
        }
        if ("f32".equals(now.get("state")) && "bf16".equals(now.get("compute"))) {
            levers.add(new Lever("Optimizer state in bf16", false, "Moments in 16 bits and no master copy: small steps may be lost.",
                    r -> r.with("state", "bf16")));
        }
        if ("f32".equals(now.get("state"))) {
            levers.add(new Lever("Optimizer state in 8 bits", false, "Moments in codes of blocks, within the noise of training.", r -> r.with("state", "int8")));
        }
        if ("device".equals(now.get("residence"))) {
            levers.add(new Lever("Optimizer state to host memory", true, "Needs as many bytes there, and moves gradients down and weights up.", r -> r.with("residence", "host")));
        }
        if ("false".equals(now.get("fused")) && "1".equals(now.getOrDefault("accumulate", "1"))) {
            levers.add(new Lever("Step in the backward pass", "0".equals(now.get("clip")) || "0.0".equals(now.get("clip")),
                    "Each gradient is stepped and freed as soon as it is complete, and clipped by its own norm.", r -> r.with("fused", "true")));
        }
        final int batch = Integer.parseInt(now.getOrDefault("batch", "1"));
        final int accumulate = Integer.parseInt(now.getOrDefault("accumulate", "1"));
        if (batch > 1) {
            levers.add(new Lever(String.format(Locale.ROOT, "Batch %d, accumulate %d", batch / 2, accumulate * 2), batch % 2 == 0,
                    "Same effective batch. Same loss within rounding.",
                    r -> r.withBatch(batch / 2).with("accumulate", Integer.toString(accumulate * 2))));
        }
        final int length = Integer.parseInt(now.getOrDefault("length", "8"));
        if (length >= 32) {
            levers.add(new Lever(String.format(Locale.ROOT, "Length %d", length / 2), false, "Longer rows are cut: what stands behind is not read.",
                    r -> r.withLength(length / 2)));
        }
        if ("dense".equals(now.get("weights"))) {
            // refused, and so not shown, where the method trains the matrices themselves
            levers.add(new Lever("Base weights in 8 bits", false, "Frozen base in whole numbers, a scale per row: loses less than a hundredth of each matrix.", r -> r.with("weights", "int8")));
            levers.add(new Lever("Base weights on the host", true, "Blocks visit the device while they compute. Needs as many bytes on the host, and two trips per step.",
                    r -> r.with("weights", "host")));
        }
        levers.addAll(otherMethods(plan));
        if (now.containsKey("rank") && Integer.parseInt(now.get("rank")) > 1) {
            final int rank = Integer.parseInt(now.get("rank"));
            levers.add(new Lever("Rank " + rank + " to " + rank / 2, false, "Less can be learned.", r -> r.with("rank", Integer.toString(rank / 2))));
        }
        return levers;
    }

    private static List<Lever> otherMethods(MemoryPlan plan) {
        final String method = plan.request().method();
        final List<Lever> levers = new ArrayList<>();
        if (!method.equals("lora") && !method.equals("qlora")) {
            levers.add(new Lever("LoRA", false, "Trains low-rank pairs and leaves the weights as they are.", r -> keepingCommon(plan, r, "lora")));
        }
        if (!method.equals("qlora")) {
            levers.add(new Lever("Base weights to NF4 (QLoRA)", false, "Frozen base in 4 bits. Rounds weights: check the evaluation.",
                    r -> keepingCommon(plan, r, "qlora")));
        }
        if (method.equals("full")) {
            levers.add(new Lever("GaLore", false, "Every weight trains; Adam's moments live in a small subspace.", r -> keepingCommon(plan, r, "galore")));
        }
        return levers;
    }

    /** Another method keeps what is not the method's: batch, length, accumulation, element types. */
    private static PlanRequest keepingCommon(MemoryPlan plan, PlanRequest request, String method) {
        final Map<String, String> kept = new LinkedHashMap<>();
        for (final String key : List.of("batch", "accumulate", "length", "compute", "state", "checkpointing", "checkpoint-budget", "loss", "loss-rows", "saves", "saves-of", "order", "pack")) {
            if (request.settings().containsKey(key)) {
                kept.put(key, request.settings().get(key));
            }
        }
        // a method may compute in 16 bits by itself; the one that takes its place would not
        if ("bf16".equals(plan.resolved().get("compute"))) {
            kept.put("compute", "bf16");
        }
        return request.withMethod(method).withSettings(kept);
    }

    private static String biggest(MemoryPlan plan) {
        String name = "";
        long most = -1;
        for (final headroom.engine.memory.Category category : headroom.engine.memory.Category.values()) {
            if (plan.byCategoryAtPeak().get(category) > most) {
                most = plan.byCategoryAtPeak().get(category);
                name = category.name().toLowerCase(Locale.ROOT);
            }
        }
        return name;
    }

    private static double rows(MemoryPlan plan) {
        return Double.parseDouble(plan.resolved().getOrDefault("batch", "1")) * Double.parseDouble(plan.resolved().getOrDefault("accumulate", "1"));
    }
}
