package headroom.engine.workbench;

/** A row the run never trained on. {@code expected} is its label, or the text that goes on; {@code row} is its 1-based line in the file. */
public record HeldOutRow(long row, String text, String expected) {}
