package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * Slot 6, optimizer: rule × subspace × timing × schedule.
 *
 * @param rule what is done with a gradient
 * @param subspace where the rule keeps its moments
 * @param inBackward true steps each parameter as soon as its gradient is complete and frees it, so that gradients never exist together
 * @param dropOnFreeze true frees the state of what stops training
 * @param schedule rate over the run
 * @param clip largest global gradient norm, 0 for no clipping
 */
public record OptimizerChoice(Rule rule, Subspace subspace, boolean inBackward, boolean dropOnFreeze, Schedule schedule, double clip) {

    /** AdamW with the usual betas, linear decay after 6 % warm-up, clipping at 1. */
    public static OptimizerChoice adamW(double rate) {
        return new OptimizerChoice(AdamW.standard(0.01), new FullSpace(), false, false, new Schedule(rate, 0.06, Schedule.Shape.LINEAR), 1);
    }

    public OptimizerChoice with(Rule r) {
        return new OptimizerChoice(r, subspace, inBackward, dropOnFreeze, schedule, clip);
    }

    public OptimizerChoice with(Subspace s) {
        return new OptimizerChoice(rule, s, inBackward, dropOnFreeze, schedule, clip);
    }

    public OptimizerChoice with(Schedule s) {
        return new OptimizerChoice(rule, subspace, inBackward, dropOnFreeze, s, clip);
    }

    public OptimizerChoice withClip(double c) {
        return new OptimizerChoice(rule, subspace, inBackward, dropOnFreeze, schedule, c);
    }

    public OptimizerChoice steppingInBackward(boolean b) {
        return new OptimizerChoice(rule, subspace, b, dropOnFreeze, schedule, clip);
    }

    public OptimizerChoice droppingOnFreeze() {
        return new OptimizerChoice(rule, subspace, inBackward, true, schedule, clip);
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = AdamW.class, name = "AdamW"), @JsonSubTypes.Type(value = Sgd.class, name = "Sgd")})
    public sealed interface Rule {}

    /** Element type of moments and master copies. */
    public enum StateType {
        /** Moments in float32; a bf16 weight has a float32 master copy. */
        F32,
        /** Moments in bf16 and no master copy. */
        BF16
    }

    /**
     * Adam with decoupled decay.
     *
     * @param epsilonBeforeCorrection true adds ε before the bias correction (as GaLore does), false after it (as PyTorch does)
     */
    public record AdamW(double beta1, double beta2, double epsilon, boolean epsilonBeforeCorrection, double decay, StateType state) implements Rule {
        public static AdamW standard(double decay) {
            return new AdamW(0.9, 0.999, 1e-8, false, decay, StateType.F32);
        }
    }

    /** w ← w − η·(g + λ·w): no state. */
    public record Sgd(double decay) implements Rule {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = FullSpace.class, name = "FullSpace"), @JsonSubTypes.Type(value = LowRank.class, name = "LowRankSubspace")})
    public sealed interface Subspace {}

    public record FullSpace() implements Subspace {}

    /**
     * Moments live in the leading singular subspace of each matrix gradient (GaLore).
     *
     * @param rank r
     * @param refresh steps of the tensor's own clock between bases
     * @param scale α, multiplies the step of projected matrices
     */
    public record LowRank(int rank, int refresh, double scale) implements Subspace {}

    /** @param warmup share of the steps over which the rate rises from zero */
    public record Schedule(double rate, double warmup, Shape shape) {
        public enum Shape {
            CONSTANT, LINEAR, COSINE
        }

        /** The rate at a step (from 0) of a run of {@code total} steps. */
        public double at(long step, long total) {
            long rise = Math.round(warmup * total);
            if (step < rise) {
                return rate * (step + 1) / rise;
            }
            double left = total <= rise ? 0 : Math.min(1, (double) (step - rise) / (total - rise));
            return switch (shape) {
                case CONSTANT -> rate;
                case LINEAR -> rate * (1 - left);
                case COSINE -> rate * (0.1 + 0.45 * (1 + Math.cos(Math.PI * left)));
            };
        }
    }
}
