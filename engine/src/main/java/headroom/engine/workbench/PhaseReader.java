package headroom.engine.workbench;

/**
 * Tells the phase of a step from the names of its operations, as the ledger hears them. Keeps where it stands, because an evaluation runs the same
 * operations as a forward pass. One reader follows one ledger.
 */
final class PhaseReader {
    private boolean evaluating;

    String phase(String op, String owner) {
        return switch (op) {
            case "load weights", "attach adapter", "start" -> "load";
            case "evaluate" -> {
                evaluating = true;
                yield "evaluate";
            }
            case "batch" -> {
                evaluating = false;
                yield "batch";
            }
            case "optimizer step", "gradient norm" -> "update";
            default -> evaluating ? "evaluate" : op.endsWith(" backward") ? "backward" : owner.startsWith("loss") ? "loss" : "forward";
        };
    }
}
