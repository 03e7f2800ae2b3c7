package headroom.engine.workbench;

import java.util.List;

/**
 * A published figure beside the planned one.
 *
 * @param method id of the catalog whose claim it is
 * @param id within the method's claims
 * @param says the figure in words
 * @param basis how the paper came by it: {@code arithmetic}, {@code law} or {@code measured} (a whole process, of which the ledger counts a part)
 * @param source paper with its section or table
 * @param settings what was planned, one sentence each
 * @param published and {@code planned} in {@code unit}
 * @param bound {@code equal}, {@code at most} or {@code at least}: how planned has to stand to published
 * @param tolerance largest relative difference with {@code equal}
 * @param difference relative to the published figure; absolute where that is zero
 * @param note what the comparison leaves out, or empty
 */
public record ClaimRow(
        String method, String id, String says, String basis, String source, List<String> settings, double published, double planned, String unit,
        String bound, double tolerance, double difference, boolean holds, String note) {

    public ClaimRow {
        settings = List.copyOf(settings);
    }

    /** In words for a list: {@code holds}, {@code stays below}, {@code passes it}, or what went wrong. */
    public String verdict() {
        return switch (bound) {
            case "at most" -> holds ? "stays below" : "above";
            case "at least" -> holds ? "needs more" : "below";
            default -> holds ? "holds" : "differs";
        };
    }
}
