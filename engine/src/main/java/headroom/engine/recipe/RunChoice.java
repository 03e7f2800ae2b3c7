package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Slot 8, run: the phases, and what happens between steps. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes(@JsonSubTypes.Type(value = RunChoice.SinglePhase.class, name = "SinglePhase"))
public sealed interface RunChoice {
    /** One loop of steps. */
    record SinglePhase() implements RunChoice {}
}
