package headroom.engine.workbench;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answer of a dry run: the same program the engine trains with, run on shapes.
 *
 * @param request as it was asked
 * @param resolved every setting with the value that was used, batch and length among them
 * @param peakBytes of the ledger, on the device
 * @param peak the instant of the peak; {@code peak.bytes()} is memory by category there
 * @param outsideBytes expected outside the ledger (device context, libraries); {@code peakBytes} does not contain it
 * @param bandBytes error band around peak plus outside
 * @param budgetBytes the line to stay below
 * @param timeline of one step, in order of operations
 * @param perLayer in model order
 * @param largest the ten largest accounts at the peak
 * @param preflight the peak of every phase a run goes through
 * @param advice best first
 * @param decisions sizes that depend on data and were assumed
 * @param elementTypes what is computed and kept in which element type
 * @param flops of one step
 * @param operations of one step
 * @param planSeconds the dry run took
 * @param arena where what passes in a step lies; empty where it was not asked for or the allocator places each tensor
 */
public record MemoryPlan(
        PlanRequest request, Map<String, String> resolved, long peakBytes, MemoryInstant peak, long outsideBytes, long bandBytes,
        long budgetBytes, List<MemoryInstant> timeline, List<LayerRow> perLayer, List<AccountRow> largest, List<Phase> preflight,
        List<Advice> advice, List<String> decisions, Map<String, String> elementTypes, long parameters, long trainedParameters, double flops, int operations,
        double planSeconds, Optional<ArenaReport> arena) {

    public MemoryPlan {
        resolved = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(resolved));
        elementTypes = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(elementTypes));
        timeline = List.copyOf(timeline);
        perLayer = List.copyOf(perLayer);
        largest = List.copyOf(largest);
        preflight = List.copyOf(preflight);
        advice = List.copyOf(advice);
        decisions = List.copyOf(decisions);
    }

    public CategoryBytes byCategoryAtPeak() {
        return peak.bytes();
    }

    public long hostBytesAtPeak() {
        return peak.hostBytes();
    }

    /** The highest peak of all phases, what the verdict is about. */
    public long worstPeakBytes() {
        return preflight.stream().mapToLong(Phase::peakBytes).reduce(peakBytes, Math::max);
    }

    public Verdict verdict() {
        return Verdict.of(worstPeakBytes() + outsideBytes, bandBytes, budgetBytes);
    }

    /** Negative when the plan is over the budget. */
    public long freeBytes() {
        return budgetBytes - worstPeakBytes() - outsideBytes;
    }

    /** One phase of a run ({@code Train, typical}, {@code Evaluate}, {@code Checkpoint} …) and what it needs. */
    public record Phase(String name, String note, long peakBytes) {}
}
