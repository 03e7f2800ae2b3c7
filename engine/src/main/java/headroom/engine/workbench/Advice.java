package headroom.engine.workbench;

/**
 * One change to a plan, priced by its own dry run.
 *
 * @param savedBytes of the peak; negative where the peak would grow
 * @param peakBytes after the change
 * @param extraTime share of the step time added, 0.27 for 27 % more, negative for less
 * @param exact the trained result is the same within rounding
 * @param helps false for levers that barely move the peak; they are listed in faint text with the reason in {@code note}
 * @param applied the request with the change made
 */
public record Advice(
        String title, long savedBytes, long peakBytes, double extraTime, boolean exact, boolean helps, String note,
        Verdict verdict, PlanRequest applied) {}
