package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Slot 5, activations: what stays in memory between forward and backward. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = ActivationsChoice.KeepNeeded.class, name = "KeepNeeded"),
        @JsonSubTypes.Type(value = ActivationsChoice.BlockCheckpoint.class, name = "BlockCheckpoint"),
        @JsonSubTypes.Type(value = ActivationsChoice.ForwardOnly.class, name = "ForwardOnly")})
public sealed interface ActivationsChoice {
    /** Exactly what the backward pass will read. */
    record KeepNeeded() implements ActivationsChoice {}

    /** The inputs of every {@code every} blocks; the rest is computed again. */
    record BlockCheckpoint(int every) implements ActivationsChoice {}

    /** Nothing: there is no backward pass. */
    record ForwardOnly() implements ActivationsChoice {}
}
