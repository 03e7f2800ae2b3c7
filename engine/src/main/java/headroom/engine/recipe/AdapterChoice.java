package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import java.util.List;

/** Slot 2, adapter: new parameters beside the base model. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = AdapterChoice.None.class, name = "None"), @JsonSubTypes.Type(value = AdapterChoice.LowRank.class, name = "LoRA")})
public sealed interface AdapterChoice {
    record None() implements AdapterChoice {}

    /**
     * Low-rank pairs beside linear sites (LoRA): y += (alpha / rank) · B·A·x.
     *
     * @param rank r
     * @param alpha the scale is alpha / rank
     * @param dropout share of the branch's input that is dropped in training
     * @param targets last names of the sites, e.g. {@code q}, or {@code all}
     */
    record LowRank(int rank, double alpha, double dropout, List<String> targets) implements AdapterChoice {
        public LowRank {
            targets = List.copyOf(targets);
        }
    }
}
