package headroom.engine.plan;

import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Timeline;
import headroom.engine.recipe.Decision;
import java.util.List;

/**
 * What a dry run found.
 *
 * @param peak the highest training step: bytes, operation, owner, categories
 * @param timeline one instant per operation of that step
 * @param largest every account at the peak, largest first; those of many blocks are alike, and who shows them folds them
 * @param layers what each layer holds at the peak, in model order
 * @param phases the highest total of each phase, in the order a run goes through them
 * @param flops floating-point operations of a training step
 * @param calls kernel calls of a training step
 * @param parameters elements of base model, adapter and head
 * @param trained elements that train in that step
 * @param decisions sizes that the recipe settled for this model
 */
public record MemoryPlan(
        Peak peak, List<Timeline.Instant> timeline, List<Account.View> largest, List<Layer> layers, List<Phase> phases, long flops, long calls, long parameters, long trained,
        List<Decision> decisions) {

    /** The highest instant of a training step. */
    public record Peak(long bytes, int instant, String op, String owner, long[] byCategory) {
        public long of(Category c) {
            return byCategory[c.ordinal()];
        }
    }

    /** One layer at the peak: bytes by category, bytes of what trains in it, operations of the step. */
    public record Layer(String path, long[] byCategory, long trainedBytes, long flops) {
        public long of(Category c) {
            return byCategory[c.ordinal()];
        }
    }

    /** The highest total of a phase. */
    public record Phase(String name, long bytes, String note) {}

    /** The highest total of any phase. */
    public long highestBytes() {
        return phases.stream().mapToLong(Phase::bytes).reduce(peak.bytes(), Math::max);
    }
}
