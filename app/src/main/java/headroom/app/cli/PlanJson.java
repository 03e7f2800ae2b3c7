package headroom.app.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.workbench.Advice;
import headroom.engine.workbench.LayerRow;
import headroom.engine.workbench.MemoryPlan;
import java.util.Locale;

/** A plan as JSON. */
final class PlanJson {
    private PlanJson() {}

    static ObjectNode of(MemoryPlan plan) {
        final ObjectNode node = JsonParts.object().put("model", plan.request().model());
        plan.request().data().ifPresentOrElse(data -> node.put("data", data), () -> node.putNull("data"));
        node.put("method", plan.request().method());
        node.set("settings", JsonParts.map(plan.resolved()));
        node.set("elementTypes", JsonParts.map(plan.elementTypes()));
        node.put("peakBytes", plan.peakBytes());
        node.set("byCategoryAtPeak", JsonParts.categories(plan.byCategoryAtPeak()));
        node.put("hostBytesAtPeak", plan.hostBytesAtPeak());
        node.putObject("peak").put("phase", plan.peak().phase()).put("op", plan.peak().op()).put("owner", plan.peak().owner());
        node.put("outsideBytes", plan.outsideBytes()).put("bandBytes", plan.bandBytes()).put("worstPeakBytes", plan.worstPeakBytes())
                .put("budgetBytes", plan.budgetBytes()).put("freeBytes", plan.freeBytes())
                .put("verdict", plan.verdict().name().toLowerCase(Locale.ROOT));
        node.put("flops", Math.round(plan.flops()));
        node.put("parameters", plan.parameters()).put("trainedParameters", plan.trainedParameters()).put("operations", plan.operations());
        JsonParts.number(node, "planSeconds", plan.planSeconds());
        node.set("perLayer", JsonParts.array(plan.perLayer(), PlanJson::layer));
        node.set("largest", JsonParts.array(plan.largest(), JsonParts::account));
        node.set("phases", JsonParts.array(plan.preflight(), phase -> JsonParts.object()
                .put("name", phase.name()).put("note", phase.note()).put("peakBytes", phase.peakBytes())));
        node.set("advice", JsonParts.array(plan.advice(), PlanJson::advice));
        node.set("decisions", JsonParts.texts(plan.decisions()));
        plan.arena().ifPresent(arena -> node.set("arena", JsonParts.arena(arena)));
        return node;
    }

    private static ObjectNode layer(LayerRow row) {
        return JsonParts.object().put("layer", row.layer()).put("weightsBytes", row.weightsBytes())
                .put("adapterBytes", row.adapterBytes()).put("trainedBytes", row.trainedBytes())
                .put("gradientsBytes", row.gradientsBytes()).put("optimizerBytes", row.optimizerBytes()).put("keptBytes", row.keptBytes())
                .put("flops", Math.round(row.flops()));
    }

    static ObjectNode advice(Advice advice) {
        final ObjectNode node = JsonParts.object().put("title", advice.title()).put("savedBytes", advice.savedBytes())
                .put("peakBytes", advice.peakBytes());
        JsonParts.number(node, "extraTime", advice.extraTime());
        return node.put("exact", advice.exact()).put("helps", advice.helps()).put("note", advice.note())
                .put("verdict", advice.verdict().name().toLowerCase(Locale.ROOT));
    }
}
