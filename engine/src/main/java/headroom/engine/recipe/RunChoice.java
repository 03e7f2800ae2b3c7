package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import headroom.engine.data.Dataset;
import headroom.engine.data.Shards;
import java.util.List;

/** Slot 8, run: the phases, and what happens between steps. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = RunChoice.SinglePhase.class, name = "SinglePhase"), @JsonSubTypes.Type(value = RunChoice.Phases.class, name = "Phases"),
        @JsonSubTypes.Type(value = RunChoice.CoTraining.class, name = "CoTraining"), @JsonSubTypes.Type(value = RunChoice.FederatedRounds.class, name = "FederatedRounds")})
public sealed interface RunChoice {
    /** One loop of steps. */
    record SinglePhase() implements RunChoice {}

    /**
     * Phases one after another on one objective. Weights and adapter go from each to the next.
     *
     * @param phases at least one; the last one lasts to the end of the run
     * @param every what happens again and again, in every phase
     * @param prepare what is done before the first step, or null
     * @param rounds how often the phases are gone through, each round in an equal part of the run: an outer loop; 1 unless said otherwise
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Phases(List<Phase> phases, List<Every> every, Prepare prepare, int rounds) implements RunChoice {
        public Phases {
            // recipes of older runs do not name it
            rounds = rounds == 0 ? 1 : rounds;
            phases = List.copyOf(phases);
            every = every == null ? List.of() : List.copyOf(every);
        }

        public Phases(List<Phase> phases, List<Every> every, Prepare prepare) {
            this(phases, every, prepare, 1);
        }

        public Phases(List<Phase> phases, List<Every> every) {
            this(phases, every, null);
        }

        /** The same phases again and again. */
        public Phases inRounds(int n) {
            return new Phases(phases, every, prepare, n);
        }

        /** One phase after a preparation. */
        public static Phases after(Prepare prepare) {
            return new Phases(List.of(Phase.steps("train", 0)), List.of(), prepare);
        }
    }

    /** Something done once on batches of the run's data, before the first step. The run begins with the same batches again; a resumed run does not repeat it. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = GradientScores.class, name = "GradientScores"), @JsonSubTypes.Type(value = FisherScores.class, name = "FisherScores")})
    sealed interface Prepare {
        /** How many batches it takes. */
        int batches();
    }

    /** Sums the gradients of the matrices that the selector chooses in, and lets it choose by them. Nothing is stepped; the sums are freed matrix by matrix as it chooses. */
    record GradientScores(int batches) implements Prepare {}

    /**
     * Sums the squared gradients of single examples over the rows and over the columns of the model's matrices, for an adapter that is cut out of them. The blocks are run on a tape for
     * this, one example at a time, and nothing is stepped.
     */
    record FisherScores(int batches) implements Prepare {}

    /**
     * One phase. A slot that is null stays as the recipe has it.
     *
     * @param name for people and plans
     * @param steps how long, 0 for by share
     * @param share of the run's steps, where steps is 0; of a round in several; the last phase takes what is left
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
        PHASE_STEP,
        /** Rounds that are over. */
        ROUND
    }

    /** What is done between steps. */
    enum Action {
        /** The optimizer's moments and clocks start again. */
        RESET_OPTIMIZER,
        /** The selector chooses anew, by the weights as they are now. */
        SELECT_AGAIN
    }

    /**
     * Several jobs at once on one frozen base (LoRAFusion): every step holds a whole batch of each job, each job has an adapter set, a loss over its own tokens, and a step of its own.
     *
     * @param jobs one for each set of the adapter, in its order
     */
    record CoTraining(List<Job> jobs) implements RunChoice {
        public CoTraining {
            jobs = List.copyOf(jobs);
        }

        /**
         * One job.
         *
         * @param name that of its adapter set
         * @param rows per micro-batch, 0 for as many as the data slot says
         * @param shard which of as many equal parts of the training rows as there are jobs it learns from, from 0; -1 for all of them
         */
        public record Job(String name, int rows, int shard) {}

        /** Rows of each job in a batch. */
        public List<Integer> rows(DataChoice data) {
            return jobs.stream().map(j -> Math.multiplyExact(j.rows() > 0 ? j.rows() : data.batch(), data.accumulate())).toList();
        }
    }

    /**
     * Rounds of federated learning, simulated on one machine: in each round every client trains the adapter for some steps on rows that only it has, one client after another; a server
     * then makes one adapter of theirs, with which all begin the next round. Only adapters travel, and what travels is counted.
     *
     * @param clients K
     * @param localSteps of each client in a round
     * @param evenness of the clients' classes: concentration of the Dirichlet distribution that deals the rows out, small for clients that are unlike; 0 deals row by row in turn
     * @param average what the server does
     */
    record FederatedRounds(int clients, int localSteps, double evenness, Average average) implements RunChoice {
        public FederatedRounds {
            average = average == null ? Average.PRODUCTS : average;
        }

        /** Training rows of each client. */
        public List<Dataset> shards(Dataset rows, long seed) {
            return evenness == 0 ? Shards.inTurn(rows, clients) : Shards.skewed(rows, clients, evenness, seed);
        }
    }

    /** How a server makes one adapter of several; clients weigh as much as they have rows. */
    enum Average {
        /** The mean of the changes B·A, cut to the rank again by singular values (FedPipe). */
        PRODUCTS,
        /** The mean of A, and that of B. Cheap, and not the mean of the changes. */
        FACTORS
    }
}
