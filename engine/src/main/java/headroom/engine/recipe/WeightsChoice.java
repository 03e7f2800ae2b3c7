package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Slot 1, weights: how the base model's matrices are stored. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = WeightsChoice.Dense.class, name = "DenseWeights"), @JsonSubTypes.Type(value = WeightsChoice.NormalFloat4.class, name = "Nf4Weights")})
public sealed interface WeightsChoice {
    /** Plain tensors in the compute type. */
    record Dense() implements WeightsChoice {}

    /**
     * 4-bit normal-float codes (QLoRA): blocks of weights with one scale each.
     *
     * @param block weights per scale, a multiple of 2
     * @param doubleQuantisation true if the scales are stored in 8 bits themselves
     */
    record NormalFloat4(int block, boolean doubleQuantisation) implements WeightsChoice {}
}
