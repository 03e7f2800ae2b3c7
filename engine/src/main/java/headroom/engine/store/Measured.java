package headroom.engine.store;

/**
 * What a run took in fact, so far or at its end.
 *
 * @param peakBytes of the ledger
 * @param byCategoryJson at that peak
 * @param growthBytes of the process; 0 where it was not measured
 */
public record Measured(long peakBytes, String byCategoryJson, long growthBytes, double seconds, double tokensPerSecond) {}
