package headroom.engine.workbench;

/** Whether a plan fits. TIGHT: what is free is smaller than the error band. */
public enum Verdict {
    FITS, TIGHT, OVER;

    /** @param bandBytes how far the measured peak may lie above the planned one */
    public static Verdict of(long peakBytes, long bandBytes, long budgetBytes) {
        final long freeBytes = budgetBytes - peakBytes;
        return freeBytes < 0 ? OVER : freeBytes < bandBytes ? TIGHT : FITS;
    }
}
