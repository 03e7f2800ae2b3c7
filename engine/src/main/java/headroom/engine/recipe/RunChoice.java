package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** Slot 8, run: the phases, and what happens between steps. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = RunChoice.SinglePhase.class, name = "SinglePhase"), @JsonSubTypes.Type(value = RunChoice.Phases.class, name = "Phases")})
public sealed interface RunChoice {
    /** One loop of steps. */
    record SinglePhase() implements RunChoice {}

    /**
     * Phases one after another on one objective. Weights and adapter go from each to the next.
     *
     * @param phases at least one; the last one lasts to the end of the run
     * @param every what happens again and again, in every phase
     * @param prepare what is done before the first step, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Phases(List<Phase> phases, List<Every> every, Prepare prepare) implements RunChoice {
        public Phases {
            phases = List.copyOf(phases);
            every = every == null ? List.of() : List.copyOf(every);
        }

        public Phases(List<Phase> phases, List<Every> every) {
            this(phases, every, null);
        }

        /** One phase after a preparation. */
        public static Phases after(Prepare prepare) {
            return new Phases(List.of(Phase.steps("train", 0)), List.of(), prepare);
        }
    }

    /** Something done once on batches of the run's data, before the first step. The run begins with the same batches again; a resumed run does not repeat it. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes(@JsonSubTypes.Type(value = GradientScores.class, name = "GradientScores"))
    sealed interface Prepare {
        /** How many batches it takes. */
        int batches();
    }

    /** Sums the gradients of the matrices that the selector chooses in, and lets it choose by them. Nothing is stepped; the sums are freed matrix by matrix as it chooses. */
    record GradientScores(int batches) implements Prepare {}

    /**
     * One phase. A slot that is null stays as the recipe has it.
     *
     * @param name for people and plans
     * @param steps how long, 0 for by share
     * @param share of the run's steps, where steps is 0; the last phase takes what is left
     * @param selector what trains in it
     * @param optimizer how it steps; its schedule runs over this phase alone
     * @param order where its data begin
     * @param handOff what it takes over from the phase before
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Phase(String name, long steps, double share, SelectorChoice selector, OptimizerChoice optimizer, DataOrder order, HandOff handOff) {
        public Phase {
            order = order == null ? DataOrder.CONTINUE : order;
            handOff = handOff == null ? HandOff.EVERYTHING : handOff;
        }

        /** A share of the run with the recipe's own slots. */
        public static Phase share(String name, double share) {
            return new Phase(name, 0, share, null, null, null, null);
        }

        /** So many steps with the recipe's own slots. */
        public static Phase steps(String name, long steps) {
            return new Phase(name, steps, 0, null, null, null, null);
        }

        public Phase with(SelectorChoice s) {
            return new Phase(name, steps, share, s, optimizer, order, handOff);
        }

        public Phase with(OptimizerChoice o) {
            return new Phase(name, steps, share, selector, o, order, handOff);
        }

        public Phase with(DataOrder o) {
            return new Phase(name, steps, share, selector, optimizer, o, handOff);
        }

        public Phase with(HandOff h) {
            return new Phase(name, steps, share, selector, optimizer, order, h);
        }
    }

    /** Where the data of a phase begin. */
    enum DataOrder {
        /** Where the phase before left off. */
        CONTINUE,
        /** At the first example of the first epoch again. */
        RESTART
    }

    /** What a phase takes over besides weights and adapter. */
    enum HandOff {
        /** Optimizer state of what goes on training. */
        EVERYTHING,
        /** No optimizer state: moments and clocks start again. */
        MODEL
    }

    /**
     * Something that happens between two steps, again and again.
     *
     * @param clock what is counted
     * @param period so many of it
     */
    record Every(Clock clock, long period, Action action) {}

    /** What {@link Every} counts; both are functions of the step, so a resumed run needs no further state. */
    enum Clock {
        STEP,
        /** Steps of the phase, from its beginning. */
        PHASE_STEP
    }

    /** What is done between steps. */
    enum Action {
        /** The optimizer's moments and clocks start again. */
        RESET_OPTIMIZER,
        /** The selector chooses anew, by the weights as they are now. */
        SELECT_AGAIN
    }
}
