package headroom.engine.store;

/**
 * One optimizer step. A step that is noted again, as happens after a resume, replaces the older one.
 *
 * @param step from 1
 * @param tokens trained on up to and including the step
 * @param seconds of training when the step ended
 * @param epoch passes over the data, with fraction
 * @param gradientNorm NaN where the method never has a whole gradient
 * @param peakBytes highest total of the ledger within the step
 */
public record StoredStep(
        String run, int step, double loss, long tokens, double seconds, double epoch, double learningRate, double gradientNorm,
        double tokensPerSecond, long peakBytes) implements LogEntry {}
