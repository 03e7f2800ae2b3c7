package headroom.engine.workbench;

/**
 * One layer during the newest step of a live run.
 *
 * @param keptBytes the most it kept for the backward pass
 * @param gradientNorm NaN where it has no gradient
 * @param stepSeconds spent in it; NaN where it is not measured
 */
public record LayerInstant(String layer, long keptBytes, double gradientNorm, double stepSeconds) {}
