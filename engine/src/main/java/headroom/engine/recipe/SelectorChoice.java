package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** Slot 3, selector: which parameters train in a step. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = SelectorChoice.AllParameters.class, name = "AllParameters"),
        @JsonSubTypes.Type(value = SelectorChoice.AdapterOnly.class, name = "AdapterOnly"),
        @JsonSubTypes.Type(value = SelectorChoice.LayerwiseSampling.class, name = "LayerwiseSampling"),
        @JsonSubTypes.Type(value = SelectorChoice.RandomSupport.class, name = "RandomSupport"),
        @JsonSubTypes.Type(value = SelectorChoice.MagnitudeSupport.class, name = "MagnitudeSupport"),
        @JsonSubTypes.Type(value = SelectorChoice.NamedParameters.class, name = "NamedParameters"),
        @JsonSubTypes.Type(value = SelectorChoice.CubicBudget.class, name = "CubicBudget")})
public sealed interface SelectorChoice {
    /** True if matrices of the base model are stepped where they lie, which weights in codes or on the host do not allow. */
    default boolean trainsMatrices() {
        return switch (this) {
            case AllParameters _, LayerwiseSampling _, RandomSupport _, MagnitudeSupport _ -> true;
            case AdapterOnly _, CubicBudget _ -> false;
            case NamedParameters n -> n.names().stream().anyMatch(name -> name.endsWith("weight"));
        };
    }

    record AllParameters() implements SelectorChoice {}

    /** The adapter and the task head. */
    record AdapterOnly() implements SelectorChoice {}

    /**
     * The adapter and the task head, and of the adapter's triplets fewer and fewer: those that the loss leans on least are switched off, along a cubic (AdaLoRA).
     *
     * @param target triplets that a site has in the end, on average
     * @param first share of the run in which all speak
     * @param last share of the run in which the final choice stands
     * @param every steps between choices
     * @param beta1 of the running mean of |w·g|
     * @param beta2 of its running spread
     */
    record CubicBudget(int target, double first, double last, int every, double beta1, double beta2) implements SelectorChoice {}

    /**
     * Parameters of the base model by name, besides the adapter and the task head.
     *
     * @param names {@code biases}, {@code norms} (gains and shifts), {@code scales}, or patterns of paths such as {@code attention.q.weight}
     */
    record NamedParameters(List<String> names) implements SelectorChoice {
        public static final String BIASES = "biases";
        public static final String NORMS = "norms";
        public static final String SCALES = "scales";

        public NamedParameters {
            names = List.copyOf(names);
        }
    }

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

    /** How much of a matrix: so many, or where that is 0 a share in (0, 1]. */
    record Amount(long count, double share) {
        public static Amount of(long count) {
            return new Amount(count, 0);
        }

        public static Amount share(double share) {
            return new Amount(0, share);
        }

        /** How many of n, at least 1 and at most n. */
        public long among(long n) {
            return Math.clamp(count > 0 ? count : Math.round(share * n), 1, n);
        }

        boolean isValid() {
            return count > 0 || count == 0 && share > 0 && share <= 1;
        }
    }

    /**
     * A random part of each matrix, drawn from a key; the rest of the matrix is frozen, and so are biases, norms and embeddings.
     *
     * @param unit what is drawn
     * @param kept how much of it trains
     * @param every steps between draws, 0 for one draw
     * @param targets last names of the sites, e.g. {@code q}, or {@code all}
     */
    record RandomSupport(Unit unit, Amount kept, long every, List<String> targets) implements SelectorChoice {
        public enum Unit {
            COLUMNS, ROWS, ENTRIES
        }

        public RandomSupport {
            targets = List.copyOf(targets);
        }
    }

    /**
     * A part of each matrix by the magnitude of its weights when training starts; the rest is frozen, and so are biases, norms and embeddings.
     *
     * @param pick which magnitudes
     * @param amount how many, or what share
     * @param threshold θ of {@link Pick#BELOW}, otherwise 0
     * @param by what the magnitude is of
     * @param targets last names of the sites, e.g. {@code q}, or {@code all}; {@code embeddings} and {@code head} can be added for {@link Pick#PREDICATE}
     */
    record MagnitudeSupport(Pick pick, Amount amount, double threshold, Score by, List<String> targets) implements SelectorChoice {
        public enum Score {
            WEIGHT,
            /** The gradient summed over the batches of a {@link RunChoice.GradientScores} preparation. */
            GRADIENT
        }

        public enum Pick {
            /** Of each row the columns with the largest weights: NeuroAda. */
            TOP_PER_ROW,
            /** The entries with the smallest weights. */
            SMALLEST,
            /** The entries with the largest weights. */
            LARGEST,
            /** The entries with |w| ≤ θ, as many as there are: SaRA. */
            BELOW,
            /** The columns with the largest norms. */
            LARGEST_COLUMNS,
            /** |w| ≤ θ, θ the quantile of the amount, judged anew at each step and stored nowhere: sparse MeZO. For estimates only. */
            PREDICATE
        }

        public MagnitudeSupport {
            by = by == null ? Score.WEIGHT : by;
            targets = List.copyOf(targets);
        }

        public MagnitudeSupport(Pick pick, Amount amount, double threshold, List<String> targets) {
            this(pick, amount, threshold, Score.WEIGHT, targets);
        }

        public MagnitudeSupport(Pick pick, Amount amount, List<String> targets) {
            this(pick, amount, 0, Score.WEIGHT, targets);
        }

        /** Chosen by another magnitude. */
        public MagnitudeSupport by(Score score) {
            return new MagnitudeSupport(pick, amount, threshold, score, targets);
        }
    }
}
