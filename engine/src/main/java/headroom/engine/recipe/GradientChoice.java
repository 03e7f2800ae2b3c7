package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Slot 4, gradient: how a batch becomes a step direction. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = GradientChoice.Backprop.class, name = "Backprop"),
        @JsonSubTypes.Type(value = GradientChoice.TwoPointEstimate.class, name = "TwoPointEstimate"),
        @JsonSubTypes.Type(value = GradientChoice.SplitEstimate.class, name = "SplitEstimate")})
public sealed interface GradientChoice {
    record Backprop() implements GradientChoice {}

    /**
     * Central differences along keyed random directions (MeZO): forward passes only.
     *
     * @param epsilon length of the perturbation
     * @param directions directions per step
     * @param inPlace true moves the weights to and fro, false sees them through the perturbation and leaves them untouched
     */
    record TwoPointEstimate(double epsilon, int directions, boolean inPlace) implements GradientChoice {}

    /**
     * Central differences below a block, exact gradients from it on (ElasticZO): nothing below the block is kept.
     *
     * @param block number of the first block with exact gradients, at least 1; embeddings are below it, final norm and heads above
     * @param epsilon length of the perturbation of what is below
     * @param rate factor of the rate for what is estimated
     * @param feed which passes give the exact part its gradient
     */
    record SplitEstimate(int block, double epsilon, double rate, Feed feed) implements GradientChoice {
        public enum Feed {
            /** The mean over both perturbed passes: two passes, a bias of the order ε². */
            BOTH,
            /** A third pass without perturbation. */
            CLEAN
        }
    }
}
