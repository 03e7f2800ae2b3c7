package headroom.app.viewmodel;

import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.MethodEntry;
import headroom.engine.workbench.Problem;
import java.util.Optional;

/**
 * A method of the catalogue with what it would cost here.
 *
 * @param plan empty while it is not known
 * @param problem why it cannot be planned with this model and these data
 * @param timeFactor operations of a step against full fine-tuning; NaN while it is not known
 */
public record MethodRow(MethodEntry entry, Optional<MemoryPlan> plan, Optional<Problem> problem, double timeFactor) {
    static MethodRow unknown(MethodEntry entry) {
        return new MethodRow(entry, Optional.empty(), Optional.empty(), Double.NaN);
    }

    MethodRow with(MemoryPlan found, double factor) {
        return new MethodRow(entry, Optional.of(found), Optional.empty(), factor);
    }

    MethodRow with(Problem why) {
        return new MethodRow(entry, Optional.empty(), Optional.of(why), Double.NaN);
    }

    /** Peak with what lies outside the ledger; the largest number while it is not known, so that it sorts last. */
    public long peakBytes() {
        return plan.map(found -> found.worstPeakBytes() + found.outsideBytes()).orElse(Long.MAX_VALUE);
    }
}
