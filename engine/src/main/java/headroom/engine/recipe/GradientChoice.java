package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Slot 4, gradient: how a batch becomes a step direction. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = GradientChoice.Backprop.class, name = "Backprop"),
        @JsonSubTypes.Type(value = GradientChoice.TwoPointEstimate.class, name = "TwoPointEstimate")})
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
}
