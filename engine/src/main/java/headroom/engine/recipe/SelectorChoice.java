package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Slot 3, selector: which parameters train in a step. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = SelectorChoice.AllParameters.class, name = "AllParameters"),
        @JsonSubTypes.Type(value = SelectorChoice.AdapterOnly.class, name = "AdapterOnly"),
        @JsonSubTypes.Type(value = SelectorChoice.LayerwiseSampling.class, name = "LayerwiseSampling")})
public sealed interface SelectorChoice {
    /** True if matrices of the base model are stepped where they lie, which weights in codes or on the host do not allow. */
    default boolean trainsMatrices() {
        return switch (this) {
            case AllParameters _, LayerwiseSampling _ -> true;
            case AdapterOnly _ -> false;
        };
    }

    record AllParameters() implements SelectorChoice {}

    /** The adapter and the task head. */
    record AdapterOnly() implements SelectorChoice {}

    /**
     * A few blocks, drawn again every so often, besides an always-on set of embeddings, head and final norm (LISA).
     *
     * @param count blocks that train at a time
     * @param every steps between draws
     * @param alwaysOn false freezes embeddings and language-model head too
     * @param order in which blocks take their turn
     */
    record LayerwiseSampling(int count, int every, boolean alwaysOn, Order order) implements SelectorChoice {
        public enum Order {
            /** Drawn anew each time, whatever was drawn before (LISA). */
            DRAWN,
            /** Each block once per cycle, in a new random order each cycle (BAdam). */
            RANDOM,
            /** From the input upward. */
            ASCENDING,
            /** From the output downward. */
            DESCENDING
        }

        public LayerwiseSampling {
            order = order == null ? Order.DRAWN : order;
        }

        public LayerwiseSampling(int count, int every, boolean alwaysOn) {
            this(count, every, alwaysOn, Order.DRAWN);
        }
    }
}
